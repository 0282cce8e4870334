/// The suite `test --init` writes.
package enum FirstSuite {
    package static let text = """
        # Run with: agentrun-admission test FILE
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicyTest
        metadata:
          name: my-policy
        # What every case is judged by; without it the built-in policy. A path here is relative to this file.
        # policy: policy.yaml
        namespace: agents
        cases:
          - name: a prompt does not hide the ImplementationSpec unnoticed
            manifest:
              apiVersion: agents.proompteng.ai/v1alpha1
              kind: AgentRun
              metadata: { name: fix-login }
              spec:
                agentRef: { name: codex }
                implementationSpecRef: { name: login }
                runtime: { type: job }
                parameters: { repository: acme/app, head: codex/fix-login, prompt: only the tests }
            # Objects the cluster has; files and folders work too.
            state:
              - apiVersion: agents.proompteng.ai/v1alpha1
                kind: ImplementationSpec
                metadata: { name: login }
                spec: { text: Fix the login and add tests. }
            allowed: true
            # Every finding; one that is not listed fails the case.
            findings:
              - { reason: PromptOverride, action: Warn, field: spec.parameters.prompt }
            warnings:
              - overrides ImplementationSpec
              - { matches: "[0-9]+ characters" }

          - name: repositories of others are refused
            policy:
              apiVersion: admission.agents.proompteng.ai/v1alpha1
              kind: AgentRunPolicy
              spec: { rules: { repository-allowlist: { allow: ["acme/*"] } } }
            manifest:
              apiVersion: agents.proompteng.ai/v1alpha1
              kind: AgentRun
              metadata: { name: elsewhere }
              spec:
                agentRef: { name: codex }
                implementation: { inline: { text: Fix it. } }
                runtime: { type: job }
                parameters: { repository: other/app, head: codex/elsewhere }
            allowed: false
            findings:
              - { rule: repository-allowlist, reason: RepositoryNotAllowed }

        """
}
