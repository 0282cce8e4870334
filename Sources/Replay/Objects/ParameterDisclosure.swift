internal import AgentRuns
internal import JSONPull
internal import Policy

/// Which parameters of a run the decision log keeps as they are: those whose value a rule reads, and no prompts.
///
/// Of any other a rule asks only whether it is there, blank, and how long. A contract gives values other names, and a branch
/// template writes values into a branch, so both say which parameters are read.
struct ParameterDisclosure {
    /// Names rules read the values of; `title` and `body` are texts of a prompt in all but name.
    private static let readNames: [ParameterName] = [
        .repository, .repo, .issueRepository, .issueNumber, .issue, .issueId, .issueIdSnakeCase, .issueNumberSnakeCase,
        .base, .baseBranch, .baseRefSnakeCase, .baseRef, .head, .headBranch, .headRefSnakeCase, .headRef, .branch,
        .stage, .workflowStage, .codexStage,
    ]
    private static let textNames: [ParameterName] = [.issueTitle, .title, .issueBody, .body]

    private static let addresses: Set = [
        ParameterName.repository.key, ParameterName.repo.key, ParameterName.issueRepository.key,
    ]
    private static let alwaysKept = Set(readNames.map(\.key))
    private static let neverKept = Set(textNames.map(\.key))

    private var kept = alwaysKept
    private var prompts: Set<ExactString> = ["prompt"]

    /// - Parameters:
    ///   - runs: the objects under review.
    ///   - state: what was looked up for them.
    init(runs: [AgentRun], state: RecordedState?) {
        for template in state?.branchTemplates ?? [] { keepNames(in: template) }
        var implementations = state?.implementations ?? []
        for spec in runs.map(\.spec) {
            implementations += [spec.implementation.inline].compactMap(\.self)
            implementations += spec.workflowSteps.compactMap(\.implementation.inline)
        }
        follow(implementations.flatMap(\.contract.mappings))
    }

    /// Whether the value is kept as it is.
    func keeps(_ key: ExactString) -> Bool {
        kept.contains(key) && !mayBePrompt(key) && !Self.neverKept.contains(key)
    }

    /// Whether the value may be a repository's address: under a name of one, or one that a contract or a template reads.
    func isAddress(_ key: ExactString) -> Bool { Self.addresses.contains(key) || !Self.alwaysKept.contains(key) }

    /// Whether the value may be taken for a prompt, or is refused as one.
    func mayBePrompt(_ key: ExactString) -> Bool {
        prompts.contains(key) || key.trimmed.asciiLowercased == "prompt"
    }

    /// What a template names, whatever map it looks it up in.
    private mutating func keepNames(in template: ExactString) {
        for path in PromptTokens(in: template).braces {
            guard let name = path.split(at: ".").compactMap(\.nonBlank).last else { continue }
            kept.insert(name)
            if name == "issueUrl" { kept.insert("url") }
            if name == "url" { kept.insert("issueUrl") }
        }
    }

    /// What is mapped onto a name that is read is read, too; a mapping may start where another ends.
    private mutating func follow(_ mappings: [Contract.Mapping]) {
        if mappings.isEmpty { return }
        let sources = Dictionary(grouping: mappings, by: \.to)
        Self.follow(sources, &kept)
        Self.follow(sources, &prompts)
    }

    /// Adds what leads to `names`, by one mapping or several.
    private static func follow(_ sources: [ExactString: [Contract.Mapping]], _ names: inout Set<ExactString>) {
        var found = Array(names)
        while let name = found.popLast() {
            for mapping in sources[name] ?? [] where names.insert(mapping.from).inserted { found.append(mapping.from) }
        }
    }
}
