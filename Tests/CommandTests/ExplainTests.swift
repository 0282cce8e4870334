import Foundation
import TestPrograms
import Testing

@Suite(.timeLimit(.minutes(1))) struct `explain` {
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
            "  predicted   InvalidSpec/",
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
}
