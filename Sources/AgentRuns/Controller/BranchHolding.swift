package import JSONPull

/// A branch of a repository, as two runs would collide on it.
package struct BranchKey: Hashable, Sendable {
    /// ``RepositoryName/key``.
    package var repository: ExactString
    /// Trimmed, case-sensitive.
    package var head: ExactString

    /// So many bytes a head may have: GitHub refuses refs of more than 255 (GH005), of which `refs/heads/` are eleven, and a
    /// file system names of more than 250 with the `.lock` behind them.
    package static let maximumHeadBytes = 244
    /// So many branches one run may take.
    ///
    /// Each is a request to the API, one after the other, within one review.
    package static let maximumOfRun = 32

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
        /// Whether it was written with a `${name}`, which nobody replaces: then it names no branch.
        package let isPlaceholder: Bool

        init(name: ExactString, field: FieldPath, isPlaceholder: Bool = false) {
            (self.name, self.field, self.isPlaceholder) = (name, field, isPlaceholder)
        }
    }

    /// The head the controller resolves: metadata `head`, else the provider's template, else the default name
    /// (`controller-semantics.md` section 8.3).
    ///
    /// Trimmed; nil when there is none.
    package func head(
        provider: VersionControlProvider?,
        run: ObjectMeta,
        namespace: ExactString,
        mode: VcsMode,
        generation: Generation
    ) -> Head? {
        if let value = metadata[.head] {
            let field = field(of: value) ?? FieldPath("spec.parameters.head")
            return Head(name: value.text, field: field, isPlaceholder: value.text.holdsLiteralToken)
        }
        guard let provider, metadata.has(.repository), !run.name.isEmpty, mode != .none else { return nil }
        let field = FieldPath("spec.parameters.head")
        guard let template = provider.spec.branchTemplate else {
            let hasDefault = generation.hasDefaultHead && mode == .readWrite
            return hasDefault ? Head(name: Self.defaultHead(of: run), field: field) : nil
        }
        let name = BranchTemplate.render(template, unit: self, run: run, namespace: namespace, generation: generation)
        guard let name else { return nil }
        let isUsable = !generation.hasDefaultHead || Self.isUsable(name)
        return (isUsable ? name.nonBlank : Self.defaultHead(of: run)).map { Head(name: $0, field: field) }
    }

    private static func defaultHead(of run: ObjectMeta) -> ExactString { ExactString("codex/\(run.name)") }

    /// Whether a controller that has a default takes a name that a template has made: neither blank nor with an empty piece between slashes.
    private static func isUsable(_ name: ExactString) -> Bool {
        name.trimmed.split(at: "/").allSatisfy { !$0.isEmpty }
    }

    /// `parameters.branch`, which the controller does not take for a head of this run, but does for one of others: a head, too,
    /// where there is no metadata `head`.
    package var branchParameter: Head? {
        guard let value = metadata[.branch], let field = field(of: value) else { return nil }
        return Head(name: value.text, field: field, isPlaceholder: value.text.holdsLiteralToken)
    }
}

extension AgentRun {
    /// The mode another run is taken to work in.
    package var effectiveVcsMode: VcsMode {
        status.vcsMode.map { VcsMode(reading: $0) } ?? spec.vcsPolicy.mode
    }

    /// The branches another run holds (`RULES.md` section 3.2): by its status, else by its parameters; for a workflow also
    /// by what each step's parameters name, whatever the status says.
    ///
    /// Whether it is active and writes is for the caller to ask. A `${name}` is no name of a branch or repository.
    package func heldBranches(options: RepositoryName.Options, generation: Generation) -> [BranchKey] {
        var keys = BranchKeys(options)
        // Looked up once, as every step falls back on them.
        let repository = NamedValue([.repository, .repo, .issueRepository], in: spec.parameters)
        let head = NamedValue([.head, .headBranch, .headRefSnakeCase, .headRef, .branch], in: spec.parameters)
        keys.add(
            repository: status.repository ?? repository.text,
            head: status.headBranch ?? status.branch ?? head.text
        )
        var isRunAdded = status.repository == nil && status.headBranch == nil && status.branch == nil
        for step in steps(generation: generation) {
            let ownRepository = repository.overlaid(by: step.parameters)
            let ownHead = head.overlaid(by: step.parameters)
            if ownRepository == nil, ownHead == nil {
                // What most steps hold is what the run's own parameters name.
                if isRunAdded { continue }
                isRunAdded = true
            }
            keys.add(repository: (ownRepository ?? repository).text, head: (ownHead ?? head).text)
        }
        return keys.all
    }
}

/// The parameter that names a branch or a repository: of several names the first that has a value.
private struct NamedValue {
    private let names: [ParameterName]
    /// By name.
    private let values: [ExactString?]
    /// The first of them; nil, too, if that is a `${name}`.
    let text: ExactString?

    init(_ names: [ParameterName], in parameters: Parameters) {
        self.init(names, names.map { parameters.entry($0)?.text })
    }

    private init(_ names: [ParameterName], _ values: [ExactString?]) {
        (self.names, self.values) = (names, values)
        text = values.lazy.compactMap(\.self).first.flatMap { $0.holdsLiteralToken ? nil : $0 }
    }

    /// The same with what a step's own parameters say; nil if they say nothing of it.
    func overlaid(by parameters: Parameters) -> NamedValue? {
        var values = values
        var isChanged = false
        for (index, name) in names.enumerated() {
            guard let own = parameters.entry(name), own.isString else { continue }
            values[index] = own.text
            isChanged = true
        }
        return isChanged ? NamedValue(names, values) : nil
    }
}

/// Branches, each once, in order.
private struct BranchKeys {
    private(set) var all: [BranchKey] = []
    private let options: RepositoryName.Options
    private var seen: Set<BranchKey> = []

    init(_ options: RepositoryName.Options) {
        self.options = options
    }

    mutating func add(repository: ExactString?, head: ExactString?) {
        guard let repository, let head else { return }
        let key = BranchKey(repository: RepositoryName(repository, options: options).key, head: head)
        // Nearly always there is one, which steps repeat.
        if key == all.last { return }
        if all.count == 1 { seen = [all[0]] }
        if all.isEmpty || seen.insert(key).inserted { all.append(key) }
    }
}

extension ExactString {
    /// Whether there is a `${name}` in it, which the controller never replaces in a head or a repository.
    package var holdsLiteralToken: Bool {
        has(UInt8(ascii: "$")) && !PromptTokens(in: self).allDollarBraces.isEmpty
    }
}
