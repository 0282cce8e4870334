package import AgentRuns
package import JSONPull
internal import OrderedCollections
package import Policy
private import Synchronization

/// Cluster state that remembers every answer it gave, for one judgement and its repetition.
///
/// While a review is judged it asks another source and remembers; when the judgement is repeated it answers what it remembers,
/// and asks a source, if there is one, only for what nobody asked before. One question gets one answer, whatever happens to
/// the cluster in between.
package final class RecordedState: ClusterLookup {
    /// What was answered to each question, in the order asked.
    typealias Answers = OrderedDictionary<LookupQuestion, LookupAnswer>

    private struct Record {
        var answers: Answers = [:]
        var unanswered: OrderedSet<LookupQuestion> = []
    }

    private let source: (any ClusterLookup)?
    private let record: Mutex<Record>

    /// - Parameter source: what is asked first.
    package init(_ source: any ClusterLookup) {
        self.source = source
        record = Mutex(Record())
    }

    /// - Parameters:
    ///   - answers: what was answered before.
    ///   - source: is asked for the rest; nil where there is none.
    init(answers: Answers, source: (any ClusterLookup)?) {
        self.source = source
        record = Mutex(Record(answers: answers))
    }

    /// What was asked, in order, and answered.
    var answers: Answers { record.withLock { $0.answers } }

    /// What was asked and is not known, as a person reads it.
    package var unanswered: [String] { record.withLock { $0.unanswered.map(\.text) } }

    private func answer(_ question: LookupQuestion, _ ask: (any ClusterLookup) -> LookupAnswer) -> LookupAnswer? {
        if let known = record.withLock({ Self.known(question, $0.answers) }) { return known }
        guard let source else {
            record.withLock { _ = $0.unanswered.append(question) }
            return nil
        }
        let answer = ask(source)
        record.withLock { $0.answers[question] = answer }
        return answer
    }

    private static func known(_ question: LookupQuestion, _ answers: Answers) -> LookupAnswer? {
        if let known = answers[question] { return known }
        switch question {
        // Whether bindings count changes how old the state is at most; what they say is asked for.
        case .condition(let bindings):
            return answers[.condition(bindings: !bindings)]
        // Nobody holds the branch at all.
        case .branch(let key, let name, .some):
            let inCluster = answers[.branch(key, otherThan: name, scope: nil)]
            if case .branch(nil)? = inCluster { return inCluster }
            return nil
        case .branchPath(let key, let name, .some):
            let inCluster = answers[.branchPath(key, otherThan: name, scope: nil)]
            if case .branchPath(nil)? = inCluster { return inCluster }
            return nil
        default: return nil
        }
    }

    // MARK: What a projection depends on

    /// Implementations that were looked up.
    var implementations: [Implementation] {
        answers.values.compactMap { if case .implementation(let implementation) = $0 { implementation } else { nil } }
    }

    /// Branch templates of the providers that were looked up.
    var branchTemplates: [ExactString] {
        answers.values.compactMap {
            if case .versionControlProvider(let provider) = $0 { provider?.spec.branchTemplate } else { nil }
        }
    }
}

// MARK: ClusterLookup

extension RecordedState {
    package func condition(in namespace: ExactString, bindings: Bool) -> StateCondition {
        let answer = answer(.condition(bindings: bindings)) {
            .condition($0.condition(in: namespace, bindings: bindings))
        }
        if case .condition(let condition)? = answer { return condition }
        return .available(ageMilliseconds: 0)
    }

    package func isKnown(_ kind: ReferencedKind, in namespace: ExactString) -> Bool {
        let answer = answer(.isKnown(kind)) { .flag($0.isKnown(kind, in: namespace)) }
        return if case .flag(let isKnown)? = answer { isKnown } else { false }
    }

    package func implementation(_ name: ExactString, in namespace: ExactString) -> Implementation? {
        let answer = answer(.implementation(name)) { .implementation($0.implementation(name, in: namespace)) }
        return if case .implementation(let implementation)? = answer { implementation } else { nil }
    }

    package func agent(_ name: ExactString, in namespace: ExactString) -> Agent? {
        let answer = answer(.agent(name)) { .agent($0.agent(name, in: namespace)) }
        return if case .agent(let agent)? = answer { agent } else { nil }
    }

    package func agentProvider(_ name: ExactString, in namespace: ExactString) -> AgentProvider? {
        let answer = answer(.agentProvider(name)) { .agentProvider($0.agentProvider(name, in: namespace)) }
        return if case .agentProvider(let provider)? = answer { provider } else { nil }
    }

    package func versionControlProvider(_ name: ExactString, in namespace: ExactString) -> VersionControlProvider? {
        let answer = answer(.versionControlProvider(name)) {
            .versionControlProvider($0.versionControlProvider(name, in: namespace))
        }
        return if case .versionControlProvider(let provider)? = answer { provider } else { nil }
    }

    package func memory(_ name: ExactString, in namespace: ExactString) -> AgentRuns.Memory? {
        let answer = answer(.memory(name)) { .memory($0.memory(name, in: namespace)) }
        return if case .memory(let memory)? = answer { memory } else { nil }
    }

    package func defaultMemory(in namespace: ExactString) -> AgentRuns.Memory? {
        let answer = answer(.defaultMemory) { .memory($0.defaultMemory(in: namespace)) }
        return if case .memory(let memory)? = answer { memory } else { nil }
    }

    package func secretBindings(in namespace: ExactString) -> [SecretBinding] {
        let answer = answer(.secretBindings) { .secretBindings($0.secretBindings(in: namespace)) }
        return if case .secretBindings(let bindings)? = answer { bindings } else { [] }
    }

    package func hasSecret(_ name: ExactString, in namespace: ExactString) -> Bool {
        let answer = answer(.secret(name)) { .flag($0.hasSecret(name, in: namespace)) }
        return if case .flag(let isThere)? = answer { isThere } else { false }
    }

    package func holders(of key: IdempotencyKey, otherThan name: ExactString) -> IdempotencyKeyHolders? {
        let answer = answer(.idempotencyKey(key, otherThan: name)) {
            .idempotencyKey($0.holders(of: key, otherThan: name))
        }
        return if case .idempotencyKey(let holders)? = answer { holders } else { nil }
    }

    package func runCounts(
        agent: ExactString?,
        repository: ExactString?,
        otherThan name: ExactString,
        in namespace: ExactString
    ) -> RunCounts {
        let answer = answer(.runCounts(agent: agent, repository: repository, otherThan: name)) {
            .runCounts($0.runCounts(agent: agent, repository: repository, otherThan: name, in: namespace))
        }
        return if case .runCounts(let counts)? = answer { counts } else { RunCounts() }
    }

    package func holders(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchHolders? {
        let answer = answer(.branch(branch, otherThan: name, scope: scope)) {
            .branch($0.holders(of: branch, otherThan: name, in: namespace, scope: scope))
        }
        return if case .branch(let holders)? = answer { holders } else { nil }
    }

    package func holdersOnPath(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchPathHolders? {
        let answer = answer(.branchPath(branch, otherThan: name, scope: scope)) {
            .branchPath($0.holdersOnPath(of: branch, otherThan: name, in: namespace, scope: scope))
        }
        return if case .branchPath(let holders)? = answer { holders } else { nil }
    }

    package func jobNamesakes(of name: ExactString, in namespace: ExactString) -> BranchHolders? {
        let answer = answer(.jobName(of: name)) { .jobName($0.jobNamesakes(of: name, in: namespace)) }
        return if case .jobName(let holders)? = answer { holders } else { nil }
    }
}
