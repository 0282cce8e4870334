internal import AgentRuns
internal import JSONPull

/// What a run asks of pod and node that is the cluster's to give (`controller-semantics.md` section 13.1).
struct PodDemands: Rule {
    static let descriptor = RuleDescriptor(
        id: "pod-settings",
        title: "Root, priority, schedulers, nodes and taints that a run asks for",
        action: .warn,
        reasons: [
            .rootPod, .priorityClassNotAllowed, .schedulerNotAllowed, .nodePlacementNotAllowed, .tolerationNotAllowed,
            .tooManyRetries,
        ],
        options: [Keys.priorityClasses, Keys.schedulers, Keys.nodeLabels, Keys.tolerations, Keys.maxBackoffLimit]
    )

    /// The keys of its entry in a policy file.
    private enum Keys {
        static let priorityClasses = RuleOption(
            "priorityClasses",
            "globs of those a run may name; without any all but system-*",
            default: [ExactString]()
        )
        static let schedulers = RuleOption(
            "schedulers",
            "globs of those a run may name beside default-scheduler; without any none",
            default: [ExactString]()
        )
        static let nodeLabels = RuleOption(
            "nodeLabels",
            "globs of the label keys a run may choose nodes by; without any all but those of control planes and single nodes",
            default: [ExactString]()
        )
        static let tolerations = RuleOption(
            "tolerations",
            "globs of the taint keys a run may tolerate, \"\" for all taints at once; without any all but those of control planes",
            default: [ExactString]()
        )
        static let maxBackoffLimit = RuleOption(
            "maxBackoffLimit",
            "the most retries of a runner's Job; without it any",
            default: Int?.none
        )
    }

    private let priorityClasses: GlobList
    private let schedulers: GlobList
    private let nodeLabels: GlobList
    private let tolerations: GlobList
    /// Whether a toleration without a key is one of the list.
    private let allowsAnyTaint: Bool
    private let hasTolerations: Bool
    private let maximumRetries: Int?

    init(options entry: inout PolicyEntry) {
        priorityClasses = GlobList(entry.strings(Keys.priorityClasses))
        schedulers = GlobList(entry.strings(Keys.schedulers))
        nodeLabels = GlobList(entry.strings(Keys.nodeLabels))
        let tolerated = entry.strings(Keys.tolerations)
        tolerations = GlobList(tolerated)
        hasTolerations = !tolerated.isEmpty
        allowsAnyTaint = tolerated.contains { $0.isBlank }
        maximumRetries = entry.integer(Keys.maxBackoffLimit.key, in: PolicyBounds.retries)
    }

    func check(_ run: RunUnderReview, _ findings: inout RuleFindings) {
        guard let pod = run.run.spec.runtime.pod, run.run.isPod else { return }
        checkSecurity(pod.security, &findings)
        checkPriority(pod.priorityClass, &findings)
        checkScheduler(pod.scheduler, &findings)
        for demand in pod.nodeDemands { check(demand, &findings) }
        for toleration in pod.tolerations { check(toleration, &findings) }
        checkRetries(pod, &findings)
    }

    // MARK: Root

    private func checkSecurity(_ security: PodSettings.Security, _ findings: inout RuleFindings) {
        if let written = security.rootUser {
            reportRoot(".runAsUser", "Forbidden: user 0 is root", "name another user", written, &findings)
        }
        if security.runsAsNonRoot == false {
            reportRoot(".runAsNonRoot", "Forbidden: false lets the pod be root", "remove it", "false", &findings)
        }
        for (tail, profile) in [
            (".seccompProfile.type", security.seccompProfile), (".appArmorProfile.type", security.appArmorProfile),
        ] as [(StaticString, ExactString?)] {
            guard let profile, profile != "RuntimeDefault", profile != "Localhost" else { continue }
            let message = """
                Unsupported value: \(VisibleText.quoted(profile)): supported values: "RuntimeDefault", "Localhost"
                """
            reportRoot(tail, message, "use RuntimeDefault, or remove it", profile, &findings)
        }
        for sysctl in security.sysctls where !Self.safeSysctls.contains(sysctl.name) {
            let field = FieldPath("spec.runtime.config.podSecurityContext.sysctls").item(sysctl.index, ".name")
            let message = "Forbidden: \(VisibleText.quoted(sysctl.name)) is none of the sysctls that are safe"
            findings.report(.rootPod, field, message, "remove it", sysctl.name)
        }
        checkSELinux(security, &findings)
        if security.isHostProcess == true {
            let message = "Forbidden: a host process has the whole node"
            reportRoot(".windowsOptions.hostProcess", message, "remove it", "true", &findings)
        }
    }

    private func checkSELinux(_ security: PodSettings.Security, _ findings: inout RuleFindings) {
        if let type = security.seLinuxType, !Self.containerTypes.contains(type) {
            let message = "Forbidden: \(VisibleText.quoted(type)) is no SELinux type of containers"
            reportRoot(".seLinuxOptions.type", message, "remove it", type, &findings)
        }
        for (tail, value) in [
            (".seLinuxOptions.user", security.seLinuxUser), (".seLinuxOptions.role", security.seLinuxRole),
        ] as [(StaticString, ExactString?)] {
            guard let value else { continue }
            let message = "Forbidden: no pod may choose its SELinux user or role"
            reportRoot(tail, message, "remove it", value, &findings)
        }
    }

    private static let safeSysctls: Set<ExactString> = [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ]
    private static let containerTypes: Set<ExactString> = [
        "container_t", "container_init_t", "container_kvm_t", "container_engine_t",
    ]

    private func reportRoot(
        _ tail: StaticString,
        _ message: String,
        _ remedy: String,
        _ value: ExactString,
        _ findings: inout RuleFindings
    ) {
        let field = FieldPath("spec.runtime.config.podSecurityContext").appending(tail)
        let why = "\(message), against the restricted Pod Security Standard"
        findings.report(.rootPod, field, why, remedy, value)
    }

    // MARK: Scheduling

    private func checkPriority(_ name: ExactString?, _ findings: inout RuleFindings) {
        guard let name else { return }
        if priorityClasses.isEmpty ? !name.starts(with: "system-") : priorityClasses.match(name) != nil { return }
        findings.report(
            .priorityClassNotAllowed,
            FieldPath("spec.runtime.config.priorityClassName"),
            "Forbidden: runs may not have priority class \(VisibleText.quoted(name))",
            Self.remedy(.priorityClassNotAllowed),
            name
        )
    }

    private func checkScheduler(_ name: ExactString?, _ findings: inout RuleFindings) {
        guard let name, name != "default-scheduler", schedulers.match(name) == nil else { return }
        findings.report(
            .schedulerNotAllowed,
            FieldPath("spec.runtime.config.schedulerName"),
            "Forbidden: runs may not choose scheduler \(VisibleText.quoted(name))",
            Self.remedy(.schedulerNotAllowed),
            name
        )
    }

    private func check(_ demand: PodSettings.NodeDemand, _ findings: inout RuleFindings) {
        guard nodeLabels.isEmpty ? Self.choosesNodes(demand) : nodeLabels.match(demand.key) == nil else { return }
        findings.report(
            .nodePlacementNotAllowed,
            Self.field(demand),
            "Forbidden: runs may not choose nodes by \(VisibleText.quoted(demand.key))",
            Self.remedy(.nodePlacementNotAllowed),
            demand.key
        )
    }

    /// Whether it chooses nodes of the control plane, or one by its name.
    private static func choosesNodes(_ demand: PodSettings.NodeDemand) -> Bool {
        if isControlPlane(demand.key) { return demand.comparison != "NotIn" && demand.comparison != "DoesNotExist" }
        let isName = demand.key == "kubernetes.io/hostname" || demand.key == "metadata.name"
        return isName && demand.comparison == "In"
    }

    private static func isControlPlane(_ key: ExactString) -> Bool {
        key == "node-role.kubernetes.io/control-plane" || key == "node-role.kubernetes.io/master"
    }

    /// Where a demand on the node is written.
    static func field(_ demand: PodSettings.NodeDemand) -> FieldPath {
        guard case .affinity(let isRequired, let term, let isField, let index) = demand.place else {
            return FieldPath("spec.runtime.config.nodeSelector").member(demand.key)
        }
        let list: FieldPath
        let middle: StaticString
        if isRequired {
            list = FieldPath(
                "spec.runtime.config.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
            )
            middle = isField ? ".matchFields" : ".matchExpressions"
        } else {
            list = FieldPath(
                "spec.runtime.config.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution"
            )
            middle = isField ? ".preference.matchFields" : ".preference.matchExpressions"
        }
        return list.item(term, middle, index, ".key")
    }

    private func check(_ toleration: PodSettings.Toleration, _ findings: inout RuleFindings) {
        let key = toleration.key
        let isAllowed =
            if key.isEmpty {
                hasTolerations && (allowsAnyTaint || tolerations.match(key) != nil)
            } else {
                hasTolerations ? tolerations.match(key) != nil : !Self.isControlPlane(key)
            }
        if isAllowed { return }
        let list = FieldPath("spec.runtime.config.tolerations")
        findings.report(
            .tolerationNotAllowed,
            key.isEmpty ? list.item(toleration.index) : list.item(toleration.index, ".key"),
            key.isEmpty
                ? "Forbidden: without a key it tolerates every taint"
                : "Forbidden: runs may not tolerate taint \(VisibleText.quoted(key))",
            Self.remedy(.tolerationNotAllowed),
            key
        )
    }

    // MARK: Retries

    private func checkRetries(_ pod: PodSettings, _ findings: inout RuleFindings) {
        guard let maximumRetries, let limit = pod.backoffLimit, limit.value > Double(maximumRetries) else { return }
        findings.report(
            .tooManyRetries,
            FieldPath("spec.runtime.config.backoffLimit"),
            "Invalid value: \(VisibleText.part(limit.written)): must be less than or equal to \(maximumRetries)",
            "lower it: an agent that failed half-way starts again from nothing",
            limit.written
        )
    }

    private static func remedy(_ reason: Reason) -> String {
        switch reason {
        case .priorityClassNotAllowed: "remove it, or add it to priorityClasses of rule pod-settings"
        case .schedulerNotAllowed: "remove it, or add it to schedulers of rule pod-settings"
        case .nodePlacementNotAllowed: "remove it, or add the key to nodeLabels of rule pod-settings"
        default: "remove it, or add the key to tolerations of rule pod-settings"
        }
    }
}

extension RuleID {
    package static let podSettings = PodDemands.id
}

extension Reason {
    static let rootPod = Reason(
        "RootPod",
        action: .deny,
        meaning: "a security context against the restricted Pod Security Standard; what is not written is nothing",
        example: "runtime.config.podSecurityContext: {runAsUser: 0}",
        fix: "remove it, or name another user",
        mend: .removalOfSetting
    )
    static let priorityClassNotAllowed = Reason(
        "PriorityClassNotAllowed",
        meaning: "a priority class that runs may not have",
        example: "runtime.config.priorityClassName: system-node-critical",
        fix: "remove it, or allow it in priorityClasses",
        mend: .removal
    )
    static let schedulerNotAllowed = Reason(
        "SchedulerNotAllowed",
        meaning: "a scheduler that runs may not choose",
        example: "runtime.config.schedulerName: mine",
        fix: "remove it, or allow it in schedulers",
        mend: .removal
    )
    static let nodePlacementNotAllowed = Reason(
        "NodePlacementNotAllowed",
        meaning: "nodes chosen by a label that is not the run's to choose by",
        example: "runtime.config.nodeSelector: {kubernetes.io/hostname: node-1}",
        fix: "remove it, or allow the key in nodeLabels"
    )
    static let tolerationNotAllowed = Reason(
        "TolerationNotAllowed",
        meaning: "a taint that runs may not tolerate, or every one",
        example: "runtime.config.tolerations: [{operator: Exists}]",
        fix: "name the taint's key, or allow it in tolerations"
    )
    static let tooManyRetries = Reason(
        "TooManyRetries",
        meaning: "the runner's Job is tried again more often than the policy allows",
        example: "runtime.config.backoffLimit: 6 with maxBackoffLimit: 1",
        fix: "lower it"
    )
}

extension Mend {
    /// A setting goes that can be left out by itself: a profile or a sysctl without it would be none.
    fileprivate static let removalOfSetting = Mend { mended in
        let path = mended.path
        guard mended.isExact, !path.contains(".sysctls["), !path.ends(with: "Profile.type") else { return [] }
        return [.remove(path: mended.pointer)]
    }
}
