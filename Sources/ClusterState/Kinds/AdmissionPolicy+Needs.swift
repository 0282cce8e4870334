package import Policy

extension AdmissionPolicy {
    /// Whether a rule that is on asks for objects of `kind`, and for runs in any case, whose branches are held whatever the
    /// rules say.
    ///
    /// Of a kind that is not needed and not known, reviews say so as ``onStale`` has it, and of an optional one nothing.
    package func needs(_ kind: ClusterKind) -> Bool {
        switch kind {
        case .agentRun: true
        case .job: false
        case .secretBinding: requiresSecretBindings
        case .implementationSpec: askedKinds.contains(.implementationSpec)
        case .agent: askedKinds.contains(.agent)
        case .agentProvider: askedKinds.contains(.agentProvider)
        case .versionControlProvider: askedKinds.contains(.versionControlProvider)
        case .memory: askedKinds.contains(.memory)
        case .secret: askedKinds.contains(.secret)
        }
    }
}
