/// Which AgentRun controller runs in the cluster.
package enum Generation: String, Sendable, CaseIterable {
    /// The controller of the AgentRun creation guide: `parameters.prompt` wins.
    case february2026 = "2026-02"
    /// Run-level prompts are forbidden; templates and loops exist.
    case august2026 = "2026-08"
}
