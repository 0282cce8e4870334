package import JSONPull

/// A branch of a repository, as two runs would collide on it.
package struct BranchKey: Hashable, Sendable {
    /// ``RepositoryName/key``.
    package var repository: ExactString
    /// Trimmed, case-sensitive.
    package var head: ExactString

    package init(repository: ExactString, head: ExactString) {
        self.repository = repository
        self.head = head
    }
}

extension RunUnit {
    /// A head branch this unit would push to, and where that was written.
    ///
    /// A class because several rules look at it, and steps share the run's.
    package final class Head: Sendable {
        package let name: ExactString
        package let field: FieldPath

        init(name: ExactString, field: FieldPath) {
            (self.name, self.field) = (name, field)
        }
    }

    /// The head the controller resolves: metadata `head`, else the provider's template, else the default name
    /// (`controller-semantics.md` section 8.3).
    ///
    /// Trimmed; nil when there is none.
    package func head(
        provider: VersionControlProvider?,
        run: ObjectMeta,
        mode: VcsMode,
        generation: Generation
    ) -> Head? {
        if let value = metadata[.head] {
            let field = field(of: value) ?? FieldPath("spec.parameters.head")
            return Head(name: value.text, field: field)
        }
        guard let provider, metadata.has(.repository), !run.name.isEmpty, mode != .none else { return nil }
        let name = Self.generatedHead(provider.spec.branchTemplate, unit: self, run, mode, generation)
        return name.nonBlank.map { Head(name: $0, field: FieldPath("spec.parameters.head")) }
    }

    private static func generatedHead(
        _ template: ExactString?,
        unit: RunUnit,
        _ run: ObjectMeta,
        _ mode: VcsMode,
        _ generation: Generation
    ) -> ExactString {
        let rendered = template.map { BranchTemplate.render($0, unit: unit, run: run) }
        guard generation == .august2026 else { return rendered ?? "" }
        if let rendered {
            let segments = rendered.trimmed.string.split(separator: "/", omittingEmptySubsequences: false)
            if segments.allSatisfy({ !ExactString($0).isBlank }) { return rendered }
            return ExactString("codex/\(run.name)")
        }
        return mode == .readWrite ? ExactString("codex/\(run.name)") : ""
    }

    /// `parameters.branch`, which the controller does not take for a head of this run, but does for one of others.
    package var branchParameter: Head? {
        guard let value = metadata[.branch], let field = field(of: value) else { return nil }
        return Head(name: value.text, field: field)
    }
}

extension AgentRun {
    /// Whether the run may still act: its phase is not a final one (`RULES.md` section 3.2).
    package func isActive(generation: Generation) -> Bool {
        if isTemplate(generation: generation) { return false }
        switch status.phase?.asciiLowercased.string {
        case "succeeded", "failed", "cancelled", "canceled", "template": return false
        default: return true
        }
    }

    /// The mode another run is taken to work in.
    package var effectiveVcsMode: VcsMode {
        status.vcsMode.map { VcsMode(reading: $0) } ?? spec.vcsPolicy.mode
    }

    /// The branches another run holds by what its status, else its parameters say (`RULES.md` section 3.2); for a
    /// workflow also each step's.
    ///
    /// Whether it is active and writes is for the caller to ask.
    package func heldBranches(options: RepositoryName.Options) -> [BranchKey] {
        var keys: [BranchKey] = []
        func hold(_ parameter: (ParameterName) -> ExactString?) {
            let repository = status.repository ?? Self.first([.repository, .repo, .issueRepository], parameter)
            let head =
                status.headBranch ?? status.branch
                ?? Self.first([.head, .headBranch, .headRefSnakeCase, .headRef, .branch], parameter)
            guard let repository, let head else { return }
            let key = BranchKey(repository: RepositoryName(repository, options: options).key, head: head)
            if !keys.contains(key) { keys.append(key) }
        }
        hold { spec.parameters.entry($0)?.text }
        guard isWorkflow else { return keys }
        for step in spec.workflowSteps where !step.name.isEmpty {
            hold { name in
                guard let own = step.parameters.entry(name), own.isString else {
                    return spec.parameters.entry(name)?.text
                }
                return own.text
            }
        }
        return keys
    }

    private static func first(
        _ names: [ParameterName],
        _ value: (ParameterName) -> ExactString?
    ) -> ExactString? {
        for name in names { if let text = value(name) { return text } }
        return nil
    }
}
