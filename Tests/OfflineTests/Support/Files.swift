import AgentRuns
import JSONPull
import Policy
import Reports
import TestPrograms

/// The time of every judgement.
let noon = Timestamp(seconds: 1_790_000_000)

/// A run that nothing is wrong with by the policy ``onlyAcme``, as YAML.
func runYAML(_ name: String, repository: String = "acme/app", head: String? = nil) -> String {
    """
    apiVersion: agents.proompteng.ai/v1alpha1
    kind: AgentRun
    metadata: { name: \(name) }
    spec:
      agentRef: { name: codex }
      implementation: { inline: { text: Fix it. } }
      runtime: { type: job }
      parameters: { repository: \(repository), head: \(head ?? "codex/\(name)") }
      vcsPolicy: { mode: read-write }

    """
}

/// A policy that refuses runs of repositories other than acme's, and warns of nothing that is not there.
let onlyAcme = """
    apiVersion: admission.agents.proompteng.ai/v1alpha1
    kind: AgentRunPolicy
    spec:
      rules:
        references: { action: "Off" }
        repository-allowlist: { allow: ["acme/*"] }

    """

func policy(_ text: String = onlyAcme) throws -> AdmissionPolicy {
    try AdmissionPolicy.load(Array(text.utf8), file: "policy.yaml")
}

/// What goes to standard output as text.
func text<Report: PrintedReport>(_ report: Report) -> String {
    String(decoding: OutputForm<Report>.first.output(report), as: UTF8.self)
}
