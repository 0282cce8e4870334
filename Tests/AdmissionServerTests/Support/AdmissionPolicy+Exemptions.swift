import Policy

extension AdmissionPolicy {
    /// Exemptions `incident-1`, twice, and `a "b"`.
    static let withExemptions: AdmissionPolicy = {
        let exemption = { (name: String) in "{name: \(name), reason: r, rules: [limits]}" }
        let list = ["incident-1", "incident-1", #"'a "b"'"#].map(exemption).joined(separator: ", ")
        let file = """
            apiVersion: admission.agents.proompteng.ai/v1alpha1
            kind: AgentRunPolicy
            spec: {exemptions: [\(list)]}
            """
        // A policy that is none would be without them, which the tests notice.
        return (try? AdmissionPolicy.load(Array(file.utf8), file: "p.yaml")) ?? .builtIn
    }()
}
