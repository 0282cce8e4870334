import Policy
import Testing

@Suite struct `Built-in policy file` {
    @Test func `says of every rule what holds without a policy`() {
        #expect(AdmissionPolicy.builtInFile == Self.expected)
    }

    private static let expected = """
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicy
        metadata:
          name: default
        spec:
          generation: "2026-02"
          onError: Deny
          onStale: Warn
          onUnclaimed: Deny
          stateMaxAgeSeconds: 30
          rules:
            prompt-override:
              action: Warn
              reasons: { ForbiddenParameterKey: Deny }
            prompt-source:
              action: Warn
            literal-tokens:
              action: Warn
            plan-step:
              action: Warn
            system-prompt:
              action: Deny
            repository-allowlist:
              action: Deny
              reasons: { CredentialInURL: Warn }
              allow: []
              deny: []
              hosts: ["github.com"]
              nestedGroups: false
            head-branch-conflict:
              action: Deny
              scope: Cluster
            head-branch-name:
              action: Warn
              reasons: { InvalidHeadBranch: Deny, HeadEqualsBase: Deny }
              prefixes: ["codex/"]
            secret-allowlist:
              action: Deny
              allow: []
              blocked: []
              requireBinding: false
            service-account:
              action: Deny
            image-policy:
              action: Deny
              allow: []
              deny: []
            implementation-source:
              action: Deny
            label-length:
              action: Deny
            label-policy:
              action: Deny
              required: []
              deny: []
              allow: []
            misplaced-ttl:
              action: Warn
            parameters:
              action: Deny
            # OverlappingAttempts is a warning unless said otherwise here, and WorkflowStepMissingName with 2026-02.
            workflow-steps:
              maxLoopIterations: 20
            runtime-config:
              action: Deny
            implementation-contract:
              action: Deny
            references:
              action: Warn
            immutable-spec:
              action: Deny
              strict: false
            idempotency-key:
              action: Deny
            limits:
              action: Warn
              concurrency: { agent: 5, namespace: 10, cluster: 100, repository: 0, repositories: {} }
              queue: { namespace: 200, cluster: 1000, repository: 50 }
            provider-policy:
              action: Warn
          overrides: []
          exemptions: []

        """
}
