import Policy
import Testing

@Suite struct `Built-in policy file` {
    private let file = AdmissionPolicy.builtInFile

    @Test func `names every rule, in catalogue order`() {
        let names = file.split(separator: "\n").filter { $0.hasPrefix("    ") && !$0.hasPrefix("     ") }
            .filter { !$0.hasPrefix("    #") }
        #expect(names == RuleCatalogue.rules.map { "    \($0.rawValue):" })
    }

    @Test(arguments: [
        """
            prompt-override:
              action: Warn
              reasons: { ForbiddenParameterKey: Deny }

        """,
        // An action of the rule's would be that of every reason.
        """
            repository-allowlist:
              action: Deny
              reasons: { CredentialInURL: Warn }
              allow: []
              deny: []
              hosts: ["github.com"]
              nestedGroups: false

        """,
        """
            head-branch-name:
              action: Warn
              reasons: { InvalidHeadBranch: Deny, HeadEqualsBase: Deny }
              prefixes: ["codex/"]

        """,
        """
            # OverlappingAttempts is a warning unless said otherwise here, and WorkflowStepMissingName with 2026-02.
            workflow-steps:
              maxLoopIterations: 20

        """,
        // Without what the controller alone can know.
        """
            service-account:
              action: Deny

        """,
        """
            limits:
              action: Warn
              concurrency: { agent: 5, namespace: 10, cluster: 100, repository: 0, repositories: {} }
              queue: { namespace: 200, cluster: 1000, repository: 50 }

        """,
    ])
    func `says of a rule what holds without a policy`(entry: String) {
        #expect(file.contains(entry))
    }
}
