import Foundation
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `explain` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
        try folder.write(Self.state, to: "state.yaml")
    }

    private static let state = """
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: ImplementationSpec
        metadata: {name: impl, namespace: agents}
        spec:
          text: do all of it
          source: {provider: github, externalId: "proompteng/lab#7", url: https://example.org/7}
        ---
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: VersionControlProvider
        metadata: {name: github, namespace: agents}
        spec:
          defaults: {baseBranch: main, branchTemplate: "agents/{{ agentRun.name }}"}
          auth: {method: token, token: {secretRef: {name: github-token, key: token}}}
        ---
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: Agent
        metadata: {name: codex, namespace: agents}
        spec: {security: {allowedSecrets: [github-token]}}
        """

    /// A run with everything a patch can fix.
    private static let run = """
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: AgentRun
        metadata: {name: one, namespace: agents}
        spec:
          agentRef: {name: codex}
          implementationSpecRef: {name: impl}
          vcsRef: {name: github}
          runtime: {type: job, config: {ttlSecondsAfterFinished: 60}}
          secrets: [other]
          parameters:
            prompt: a secret plan
            retries: 3

        """

    @Test func `names the source of everything, and no prompt`() async throws {
        let file = try folder.write(Self.run, to: "run.yaml")
        let program = try await Program.agentrunAdmission("explain", file, "--state", folder.path("state.yaml"))
        #expect(program.status == 1, "\(program.errors)")
        for line in [
            "  prompt      spec.parameters.prompt (13 characters, sha256 ",
            "              hides ImplementationSpec/impl .spec.text (12 characters, sha256 ",
            "  repository  proompteng/lab from ImplementationSpec/impl .spec.source.externalId\n",
            "  base        main from VersionControlProvider/github .spec.defaults.baseBranch\n",
            "  head        agents/one from VersionControlProvider/github .spec.defaults.branchTemplate\n",
            "  provider    VersionControlProvider/github from spec.vcsRef.name\n",
            "  secrets     other from spec.secrets[0] (listed): refused by spec.security.allowedSecrets of Agent \"codex\"\n",
            "              github-token from spec.vcsRef.name (version control): admitted by spec.security.allowedSecrets",
            "  predicted   never created: the API server itself refuses it (otherwise InvalidSpec/",
        ] {
            #expect(program.output.contains(line), "\(line)\n\(program.output)")
        }
        #expect(!program.output.contains("secret plan") && !program.output.contains("do all of it"))
    }

    @Test func `prints a fix that kubectl applies`() async throws {
        let file = try folder.write(Self.run, to: "it's a run.yaml")
        let arguments = ["explain", file, "--state", folder.path("state.yaml"), "--output", "json"]
        let program = try await Program.run(Program.underTest, arguments)
        let report = try #require(JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
        let explanation = try #require((report["explanations"] as? [[String: Any]])?.first)
        let command = try #require((explanation["fix"] as? [String: Any])?["command"] as? String)
        let patched = try await Program.named("bash", "-c", command)
        #expect(patched.status == 0, "\(command)\n\(patched.errors)")
        let again = try await Program.agentrunAdmission("check", "--output", "json", "-", input: patched.output)
        for reason in ["PromptOverride", "MisplacedTTL", "ParameterNotString"] {
            #expect(program.output.contains("\"\(reason)\""), "\(program.output)")
            #expect(!again.output.contains(reason), "\(patched.output)")
        }
        #expect(patched.output.contains("ttlSecondsAfterFinished: 60"))
    }

    @Test func `suggests a command of visible characters that removes exactly what is wrong`() async throws {
        let long = String(repeating: "k", count: 80)
        let keys = ["it'\\u0301s/~ $(touch \(folder.path("x")))\\u202E", "\(long)1"]
        let labels = (keys + ["\(long)2"]).map { "\"\($0)\": x" }.joined(separator: ", ")
        let run = Self.run.replacing("name: one,", with: "name: one, labels: {\(labels)},")
        let file = try folder.write(run, to: "run.yaml")
        let policy = try folder.write(
            """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            metadata: {name: p}
            spec: {rules: {label-policy: {deny: ["it*", "*1"]}}}
            """,
            to: "policy.yaml"
        )
        let program = try await Program.agentrunAdmission("explain", file, "--policy", policy)
        let fix = try #require(program.output.split(separator: "\n").last { $0.contains("kubectl") })
        let command = fix.drop { $0 == " " }.dropFirst("fix".count)
        #expect(command.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202E}" })
        // Says what it was called with in place of kubectl.
        let shell = try await Program.named("bash", "-c", "kubectl() { printf '%s\\n' \"$@\"; }; \(command)")
        let patch = try #require(shell.output.split(separator: "\n").first { $0.hasPrefix("[{") })
        let operations = try #require(JSONSerialization.jsonObject(with: Data(patch.utf8)) as? [[String: String]])
        let paths = operations.compactMap { $0["path"] }.filter { $0.contains("labels") }
        #expect(
            paths.map { Array($0.utf8) }
                == [
                    "/metadata/labels/it'\u{301}s~1~0 $(touch \(folder.path("x").replacing("/", with: "~1")))\u{202E}",
                    "/metadata/labels/\(long)1",
                ].map { Array($0.utf8) }
        )
        #expect(!FileManager.default.fileExists(atPath: folder.path("x")))
    }

    @Test func `explains each step, and patches one of several objects by its name`() async throws {
        let workflow = """
            apiVersion: agents.proompteng.ai/v1alpha1
            kind: AgentRun
            metadata: {name: flow, namespace: agents}
            spec:
              agentRef: {name: codex}
              implementationSpecRef: {name: impl}
              runtime: {type: workflow}
              workflow:
                steps:
                  - {name: first, parameters: {prompt: x}}
                  - {name: second, implementation: {inline: {text: go on}}}

            """
        let file = try folder.write("\(workflow)---\n\(Self.state)", to: "all.yaml")
        let program = try await Program.agentrunAdmission("explain", file)
        #expect(
            program.output.contains("  step        \"first\"\n  prompt      spec.workflow.steps[0].parameters.prompt")
        )
        #expect(
            program.output.contains(
                "  step        \"second\"\n  prompt      spec.workflow.steps[1].implementation.inline"
            )
        )
        let fix = """
              fix         kubectl patch agentrun flow --namespace agents --type=json --patch \
            '[{"op":"remove","path":"/spec/workflow/steps/0/parameters/prompt"}]'

            """
        #expect(program.output.contains(fix), "\(program.output)")
    }

    @Test func `says when there is nothing to explain`() async throws {
        let program = try await Program.agentrunAdmission("explain", folder.path("state.yaml"), "/none")
        #expect(program.status == 2)
        #expect(program.output == "no AgentRun to explain\n")
        #expect(program.errors.contains("/none: No such file or directory"))
    }

    private static let demanding = """
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: AgentRun
        metadata: {name: demanding, namespace: agents}
        spec:
          agentRef: {name: codex}
          implementation: {inline: {text: do it}}
          runtime:
            type: workflow
            config:
              serviceAccount: builder
              priorityClassName: urgent
              schedulerName: mine
              nodeSelector: {pool: agents}
              affinity:
                nodeAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]
              tolerations: [{key: agents, operator: Exists}, {operator: Exists}]
              podSecurityContext:
                runAsUser: 0
                runAsNonRoot: false
                seccompProfile: {type: Unconfined}
                sysctls: [{name: kernel.sem, value: "1"}]
              backoffLimit: 1
          goal: {objective: done, tokenBudget: 5000}
          workload:
            image: runner:1
            volumes:
              - {name: data, type: pvc, claimName: claim, mountPath: /data}
              - {name: keys, type: secret, secretName: some-keys, mountPath: /keys}
              - {name: lost, type: emptyDir}
          workflow:
            steps:
              - {name: a, retries: 2, retryBackoffSeconds: 10, timeoutSeconds: 60}
              - {name: b, workload: {image: "other:2"}, loop: {maxIterations: 3}}

        """

    @Test func `tells what a run would get of the cluster, and from where`() async throws {
        let file = try folder.write(Self.demanding, to: "run.yaml")
        let program = try await Program.agentrunAdmission("explain", file, "--generation", "2026-08")
        let expected = """
              pod         serviceAccount builder from spec.runtime.config.serviceAccount
                          image runner:1 from spec.workload.image
                          image other:2 from spec.workflow.steps[1].workload.image
                          priorityClassName urgent from spec.runtime.config.priorityClassName
                          schedulerName mine from spec.runtime.config.schedulerName
                          nodeSelector pool from spec.runtime.config.nodeSelector.pool
                          nodeAffinity zone (In) from spec.runtime.config.affinity.nodeAffinity.\
            requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].key
                          toleration agents from spec.runtime.config.tolerations[0]
                          toleration every taint from spec.runtime.config.tolerations[1]
                          runAsUser 0 from spec.runtime.config.podSecurityContext.runAsUser
                          runAsNonRoot false from spec.runtime.config.podSecurityContext.runAsNonRoot
                          seccompProfile.type Unconfined from spec.runtime.config.podSecurityContext.seccompProfile.type
                          sysctl kernel.sem from spec.runtime.config.podSecurityContext.sysctls[0].name
                          backoffLimit 1 from spec.runtime.config.backoffLimit
              volumes     data (pvc claim) at /data from spec.workload.volumes[0]
                          keys (secret some-keys) at /keys from spec.workload.volumes[1]
              at worst    12 attempts from spec.workflow.steps[0].retries, spec.workflow.steps[1].loop.maxIterations, \
            spec.runtime.config.backoffLimit
                          200 seconds from spec.workflow.steps[0].timeoutSeconds, \
            spec.workflow.steps[0].retryBackoffSeconds, and steps without a time-out
                          5000 tokens from spec.goal.tokenBudget

            """
        #expect(program.output.contains(expected), "\(program.output)\(program.errors)")
    }

    @Test func `tells the same in JSON`() async throws {
        let file = try folder.write(Self.demanding, to: "run.yaml")
        let arguments = ["explain", file, "--generation", "2026-08", "--output", "json"]
        let program = try await Program.run(Program.underTest, arguments)
        for part in [
            #""pod":[{"name":"serviceAccount","value":"builder","source":"spec.runtime.config.serviceAccount"},"#,
            #""volumes":[{"name":"data","type":"pvc","holds":"claim","mountPath":"/data","source":"spec.workload.volumes[0]"}"#,
            #""atWorst":{"attempts":{"value":12,"sources":["spec.workflow.steps[0].retries","#,
            #""seconds":{"value":200,"isUnbounded":true,"sources":["spec.workflow.steps[0].timeoutSeconds","#,
            #""tokens":{"value":5000,"sources":["spec.goal.tokenBudget"]}}"#,
        ] {
            #expect(program.output.contains(part), "\(part)\n\(program.output)")
        }
    }

    @Test(arguments: [
        ("https://someone:hunter2@runner.example/a?token=hunter2", "no host that can be posted to"),
        ("https://runner.example:8443/hunter2?token=hunter2#hunter2", "runner.example"),
        ("http://0x7f.1/", "127.0.0.1"), ("hunter2", "no host that can be posted to"),
    ])
    func `tells of an endpoint the host alone`(endpoint: String, host: String) async throws {
        let run = Self.run.replacing(
            "{type: job, config: {ttlSecondsAfterFinished: 60}}",
            with: "{type: custom, config: {endpoint: \"\(endpoint)\"}}"
        )
        let file = try folder.write(run, to: "run.yaml")
        for form in ["text", "json"] {
            let program = try await Program.agentrunAdmission("explain", file, "--output", form)
            #expect(!(program.output + program.errors).contains("hunter2"), "\(program.output)")
            let expected =
                form == "text"
                ? "  target      endpoint \(host) from spec.runtime.config.endpoint\n"
                : #""target":[{"name":"endpoint","value":"\#(host)","source":"spec.runtime.config.endpoint"}]"#
            #expect(program.output.contains(expected), "\(expected)\n\(program.output)")
        }
    }

    @Test func `foresees a Job that cannot be submitted, and an object that is never created`() async throws {
        let shape = Self.run.replacing(
            "runtime: {type: job,",
            with: "workload: {resources: {requests: {cpu: 1 CPU}}}\n  runtime: {type: job,"
        )
        .replacing("    prompt: a secret plan\n    retries: 3\n", with: "    x: z\n")
        .replacing("  secrets: [other]\n", with: "")
        let file = try folder.write(shape, to: "run.yaml")
        let state = folder.path("state.yaml")
        let submitted = try await Program.agentrunAdmission("explain", file)
        #expect(submitted.output.contains("  predicted   Failed/SubmitFailed\n"), "\(submitted.output)")
        let refused = try folder.write(shape.replacing("type: job", with: "type: Job"), to: "refused.yaml")
        let program = try await Program.agentrunAdmission("explain", refused, "--state", state)
        #expect(program.status == 1)
        #expect(program.output.contains("[InvalidField] spec.runtime.type: Unsupported value"), "\(program.output)")
        #expect(program.output.contains("  predicted   never created: the API server itself refuses it (otherwise "))
        let good = Self.run.replacing("name: one,", with: "name: one, labels: {team: \"a b\"},")
            .replacing("    prompt: a secret plan\n    retries: 3\n", with: "    x: z\n")
            .replacing("  secrets: [other]\n", with: "").replacing(", config: {ttlSecondsAfterFinished: 60}", with: "")
        let label = try folder.write(good, to: "label.yaml")
        let json = try await Program.agentrunAdmission("explain", label, "--state", state, "--output", "json")
        #expect(
            json.status == 1
                && json.output.contains(
                    #""outcome":"refused by the API server","apiServer":[{"reason":"InvalidField","action":"Deny","#
                ),
            "\(json.output)"
        )
        let text = try await Program.agentrunAdmission("explain", label, "--state", state)
        #expect(text.output.contains(": AgentRun agents/one: refused by the API server\n"), "\(text.output)")
    }

    @Test func `names the provider and the controller where they give account and image`() async throws {
        let cluster = """
            apiVersion: agents.proompteng.ai/v1alpha1
            kind: Agent
            metadata: {name: codex, namespace: agents}
            spec: {providerRef: {name: shared}, defaults: {systemPrompt: be kind}}
            ---
            apiVersion: agents.proompteng.ai/v1alpha1
            kind: AgentProvider
            metadata: {name: shared, namespace: agents}
            spec: {workload: {image: "runner:9"ACCOUNT}}

            """
        let policy = try folder.write(
            """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            spec: {generation: 2026-08, rules: {service-account: {default: agents-default}}}
            """,
            to: "policy.yaml"
        )
        let run = Self.run.replacing(", config: {ttlSecondsAfterFinished: 60}", with: "")
        let file = try folder.write(run, to: "run.yaml")
        for (account, expected) in [
            (
                ", serviceAccountName: runner",
                "serviceAccount runner from AgentProvider/shared .spec.workload.serviceAccountName"
            ),
            ("", "serviceAccount agents-default from the controller's configuration (default of rule service-account)"),
        ] {
            let state = try folder.write(cluster.replacing("ACCOUNT", with: account), to: "cluster.yaml")
            let program = try await Program.agentrunAdmission("explain", file, "--state", state, "--policy", policy)
            let pod =
                "  pod         \(expected)\n              image runner:9 from AgentProvider/shared .spec.workload.image\n"
            #expect(program.output.contains(pod), "\(program.output)\(program.errors)")
        }
    }
}
