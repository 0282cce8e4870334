import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Pod settings` {
    private func found(_ config: String, policy: String? = nil, type: String = "job") throws -> [String] {
        let spec = "runtime: {type: \(type), config: {\(config)}}, workflow: {steps: [{name: a}]}"
        let rule = policy.map { "  rules: {pod-settings: {\($0)}}" }
        return try judge(run(spec), policy: rule).summary(of: .podSettings)
            .map { $0.replacing("spec.runtime.config.", with: "") }
    }

    @Test(arguments: [
        ("runAsUser: 0", ["RootPod podSecurityContext.runAsUser Deny"]),
        ("runAsUser: 0.0", ["RootPod podSecurityContext.runAsUser Deny"]),
        ("runAsUser: -0", ["RootPod podSecurityContext.runAsUser Deny"]),
        ("runAsUser: 1000, runAsGroup: 0, fsGroup: 0, supplementalGroups: [0]", []),
        ("runAsUser: '0'", []), ("runAsUser: null", []), ("runAsUser: [0]", []), ("runAsUser: false", []),
        ("runAsNonRoot: false", ["RootPod podSecurityContext.runAsNonRoot Deny"]),
        ("runAsNonRoot: true", []), ("runAsNonRoot: 'false'", []),
        ("seccompProfile: {type: Unconfined}", ["RootPod podSecurityContext.seccompProfile.type Deny"]),
        ("seccompProfile: {type: runtimeDefault}", ["RootPod podSecurityContext.seccompProfile.type Deny"]),
        ("seccompProfile: {type: RuntimeDefault}, appArmorProfile: {type: Localhost, localhostProfile: x}", []),
        ("seccompProfile: {}, appArmorProfile: Unconfined", []), ("seccompProfile: {type: 7}", []),
        ("appArmorProfile: {type: Unconfined}", ["RootPod podSecurityContext.appArmorProfile.type Deny"]),
        (
            "sysctls: [{name: net.ipv4.tcp_rmem, value: '1'}, {name: net/ipv4/tcp_rmem}, {name: kernel.msgmax}, 7, {}]",
            ["RootPod podSecurityContext.sysctls[1].name Deny", "RootPod podSecurityContext.sysctls[2].name Deny"]
        ),
        ("seLinuxOptions: {type: spc_t}", ["RootPod podSecurityContext.seLinuxOptions.type Deny"]),
        ("seLinuxOptions: {type: container_t, level: s0}", []), ("seLinuxOptions: {type: '', user: '', role: ''}", []),
        (
            "seLinuxOptions: {user: u, role: r}",
            [
                "RootPod podSecurityContext.seLinuxOptions.user Deny",
                "RootPod podSecurityContext.seLinuxOptions.role Deny",
            ]
        ),
        ("windowsOptions: {hostProcess: true}", ["RootPod podSecurityContext.windowsOptions.hostProcess Deny"]),
        ("windowsOptions: {hostProcess: false}", []),
    ]) func `of the security context`(context: String, expected: [String]) throws {
        #expect(try found("podSecurityContext: {\(context)}") == expected)
    }

    @Test(arguments: [
        ("priorityClassName: system-node-critical", ["PriorityClassNotAllowed priorityClassName Warn"]),
        ("priorityClassName: ' system-x '", ["PriorityClassNotAllowed priorityClassName Warn"]),
        ("priorityClassName: batch", []), ("priorityClassName: 7", []), ("priorityClassName: ' '", []),
        ("priorityClassName: System-x", []),
        ("schedulerName: mine", ["SchedulerNotAllowed schedulerName Warn"]), ("schedulerName: default-scheduler", []),
        (
            "nodeSelector: {kubernetes.io/hostname: node-1}",
            [#"NodePlacementNotAllowed nodeSelector["kubernetes.io/hostname"] Warn"#]
        ),
        (
            "nodeSelector: {node-role.kubernetes.io/control-plane: ''}",
            [#"NodePlacementNotAllowed nodeSelector["node-role.kubernetes.io/control-plane"] Warn"#]
        ),
        ("nodeSelector: {kubernetes.io/hostname: 7, zone: a}", []), ("nodeSelector: [kubernetes.io/hostname]", []),
        (
            "tolerations: [{operator: Exists}, {key: ''}, {key: null}, {key: 7}, 7, {key: node-role.kubernetes.io/master}]",
            [
                "TolerationNotAllowed tolerations[0] Warn", "TolerationNotAllowed tolerations[1] Warn",
                "TolerationNotAllowed tolerations[2] Warn", "TolerationNotAllowed tolerations[5].key Warn",
            ]
        ),
        ("tolerations: [{key: gpu, operator: Exists}]", []), ("tolerations: {key: x}", []),
        ("backoffLimit: 1000", []),
    ]) func `without options`(config: String, expected: [String]) throws {
        #expect(try found(config) == expected)
        #expect(try found(config, type: "workflow") == expected)
        #expect(try found("endpoint: 'https://example.com', \(config)", type: "custom") == [])
    }

    private func affinity(_ key: String, _ comparison: String, fields: Bool = false) -> (String, String) {
        let term =
            "\(fields ? "matchFields" : "matchExpressions"): [7, {key: \(key), operator: \(comparison), values: [n]}]"
        return (
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{}, {\(term)}]}}}",
            "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {\(term)}}]}}"
        )
    }

    @Test(arguments: [
        ("kubernetes.io/hostname", "In", true), ("kubernetes.io/hostname", "NotIn", false),
        ("kubernetes.io/hostname", "Exists", false), ("metadata.name", "In", true), ("metadata.name", "NotIn", false),
        ("node-role.kubernetes.io/control-plane", "Exists", true),
        ("node-role.kubernetes.io/control-plane", "In", true),
        ("node-role.kubernetes.io/control-plane", "DoesNotExist", false),
        ("node-role.kubernetes.io/master", "NotIn", false),
        ("node-role.kubernetes.io/master", "7", true), ("zone", "In", false),
    ]) func `by affinity`(key: String, comparison: String, isFound: Bool) throws {
        let node = "affinity.nodeAffinity."
        for fields in [false, true] {
            let (required, preferred) = affinity(key, comparison, fields: fields)
            let list = fields ? "matchFields" : "matchExpressions"
            let places = [
                "\(node)requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1].\(list)[1].key",
                "\(node)preferredDuringSchedulingIgnoredDuringExecution[0].preference.\(list)[1].key",
            ]
            #expect(try found(required) == (isFound ? ["NodePlacementNotAllowed \(places[0]) Warn"] : []))
            #expect(try found(preferred) == (isFound ? ["NodePlacementNotAllowed \(places[1]) Warn"] : []))
        }
    }

    @Test(arguments: [
        ("priorityClasses: [batch-*]", "priorityClassName: batch-low", []),
        ("priorityClasses: [batch-*]", "priorityClassName: other", ["PriorityClassNotAllowed priorityClassName Warn"]),
        ("priorityClasses: [system-*]", "priorityClassName: system-node-critical", []),
        ("priorityClasses: []", "priorityClassName: other", []),
        ("schedulers: [gang]", "schedulerName: gang", []),
        ("schedulers: [gang]", "schedulerName: default-scheduler", []),
        ("nodeLabels: [zone]", "nodeSelector: {zone: a, pool: b}", ["NodePlacementNotAllowed nodeSelector.pool Warn"]),
        ("nodeLabels: ['kubernetes.io/*']", "nodeSelector: {kubernetes.io/hostname: a}", []),
        (
            "tolerations: [gpu]", "tolerations: [{key: gpu}, {key: x}, {}]",
            ["TolerationNotAllowed tolerations[1].key Warn", "TolerationNotAllowed tolerations[2] Warn"]
        ),
        ("tolerations: ['']", "tolerations: [{}, {key: x}]", ["TolerationNotAllowed tolerations[1].key Warn"]),
        ("tolerations: ['*']", "tolerations: [{}, {key: node-role.kubernetes.io/master}]", []),
        ("maxBackoffLimit: 1", "backoffLimit: 2", ["TooManyRetries backoffLimit Warn"]),
        ("maxBackoffLimit: 1", "backoffLimit: '2.9'", ["TooManyRetries backoffLimit Warn"]),
        ("maxBackoffLimit: 1", "backoffLimit: 1.9", []), ("maxBackoffLimit: 0", "backoffLimit: -3", []),
        ("maxBackoffLimit: 0", "backoffLimit: 1e300", ["TooManyRetries backoffLimit Warn"]),
        ("maxBackoffLimit: 0", "backoffLimit: [9]", []), ("maxBackoffLimit: 0", "backoffLimit: many", []),
    ]) func `with options`(options: String, config: String, expected: [String]) throws {
        #expect(try found(config, policy: options) == expected)
    }

    @Test func `knows an item of a list wherever it moves`() throws {
        let (one, _) = affinity("metadata.name", "In", fields: true)
        let moved = one.replacing("[{}, {", with: "[{").replacing("[7, {", with: "[{")
        let old = run("runtime: {type: job, config: {\(one)}}")
        let new = run("runtime: {type: job, config: {\(moved)}}")
        #expect(try review(operation: "UPDATE", object: new, oldObject: old).findings.map(\.action) == [.audit])
    }

    @Test(arguments: [
        ("maxBackoffLimit: -1", "spec.rules.pod-settings.maxBackoffLimit: Invalid value: must be a whole number"),
        ("schedulers: gang", "spec.rules.pod-settings.schedulers: Invalid value: must be a list of strings"),
        ("tolerations: [7]", "spec.rules.pod-settings.tolerations[0]: Invalid value: must be a string"),
        (
            "priorityClass: []",
            #"unknown key "priorityClass" in spec.rules.pod-settings (did you mean "priorityClasses"?)"#
        ),
    ]) func `refuses options that are none`(options: String, expected: String) throws {
        let error = #expect(throws: PolicyFileError.self) {
            try compiledPolicy("  rules: {pod-settings: {\(options)}}")
        }
        #expect("\(try #require(error))".contains(expected))
    }

    /// What is in a text is read as ECMAScript reads it.
    @Test(arguments: [
        ("7", 7), ("7.9", 7), ("-7", 0), ("1e2", 100), ("'7'", 7), ("' +7 '", 7), ("'7.'", 7), ("'.7e1'", 7),
        ("'0b111'", 7),
        ("'0O17'", 15), ("'0x1F'", 31), ("'0xfffffffff'", 68_719_476_735), ("'0b12'", 0), ("'0x1p4'", 0), ("'0x'", 0),
        ("'-0x7'", 0), ("'Infinity'", 0), ("'nan'", 0), ("'1e999'", 0), ("'1_0'", 0), ("'٧'", 0), ("''", 0), ("[7]", 0),
    ])
    func `count retries that are written in any way`(written: String, value: Double) throws {
        let json = try json("{spec: {runtime: {config: {backoffLimit: \(written)}}}}")
        let run = try JSONReader.read(json) { reader throws(JSONError) in try AgentRun(&reader) }
        #expect(run.spec.runtime.pod?.backoffLimit?.value ?? 0 == value)
    }

    /// As the API server reads JSON with a member twice.
    @Test func `of a member that is written twice are those of the last one`() throws {
        func affinity(_ terms: String) -> String { #""affinity":{"nodeAffinity":{\#(terms)}}"# }
        func required(_ key: String) -> String {
            """
            "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"\(key)"}]}]}
            """
        }
        let preferred = """
            "preferredDuringSchedulingIgnoredDuringExecution":[{"preference":{"matchFields":[{"key":"d"}]}}]
            """
        let members = [
            #""nodeSelector":{"a":"1"}"#, affinity("\(required("b")),\(preferred),\(required("c"))"),
            #""nodeSelector":{"e":"1","f":"1"}"#,
        ]
        func keys(_ members: [String]) throws -> [String] {
            let json = #"{"spec":{"runtime":{"config":{\#(members.joined(separator: ","))}}}}"#
            let run = try JSONReader.read(Array(json.utf8)) { reader throws(JSONError) in try AgentRun(&reader) }
            return try #require(run.spec.runtime.pod).nodeDemands.map(\.key.string)
        }
        #expect(try keys(members) == ["e", "f", "c", "d"])
        #expect(try keys(members + [affinity(preferred)]) == ["e", "f", "d"])
        #expect(try keys(members + [affinity("")]) == ["e", "f"])
    }
}
