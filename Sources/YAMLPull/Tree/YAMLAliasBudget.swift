/// Counts the values of a document with its aliases expanded and refuses an alias bomb, by the arithmetic of kubectl
/// (`unmarshal` and `allowedAliasRatio` in go-yaml v2's decode.go), so that both refuse the same documents.
///
/// What is counted here is also all the work that writing the document can be: it is done once, before.
struct YAMLAliasBudget {
    /// Something still to be decoded.
    private enum Step {
        case value(Int, isAliased: Bool)
        /// What is left of a sequence or, member by member, of a mapping.
        case elements(next: Int, end: Int, isAliased: Bool)
        case members(next: Int, end: Int, isAliased: Bool)
    }

    /// Values up to which 99% may come from aliases.
    private static let smallDocument = 400_000
    /// Values from which on only 10% may come from aliases.
    private static let largeDocument = 4_000_000

    private let tree: YAMLTree
    /// The document counts as a value.
    private var values = 1
    private var aliasedValues = 0
    /// On the heap: nesting costs no thread stack.
    private var steps: [Step] = []

    private init(tree: YAMLTree) {
        self.tree = tree
    }

    /// Refuses a tree that aliases multiply beyond what kubectl takes.
    static func check(_ tree: YAMLTree) throws(YAMLError) {
        guard !tree.nodes.isEmpty, tree.nodes.contains(where: { $0.kind == .alias }) else { return }
        var budget = YAMLAliasBudget(tree: tree)
        budget.steps.append(.value(0, isAliased: false))
        while let step = budget.steps.popLast() { try budget.take(step) }
    }

    private mutating func take(_ step: Step) throws(YAMLError) {
        switch step {
        case .value(let index, let isAliased): try count(index, isAliased)
        case .elements(let next, let end, let isAliased):
            guard next < end else { return }
            steps.append(.elements(next: Int(tree.nodes[next].end), end: end, isAliased: isAliased))
            steps.append(.value(next, isAliased: isAliased))
        case .members(let key, let end, let isAliased):
            guard key < end else { return }
            let value = Int(tree.nodes[key].end)
            steps.append(.members(next: Int(tree.nodes[value].end), end: end, isAliased: isAliased))
            if tree.isMergeKey(tree.nodes[key]) {
                merge(value, isAliased)
            } else {
                steps.append(.value(value, isAliased: isAliased))
                steps.append(.value(key, isAliased: isAliased))
            }
        }
    }

    /// A merge key itself counts for nothing, nor does its list of mappings, of which the last is taken first.
    private mutating func merge(_ value: Int, _ isAliased: Bool) {
        guard tree.nodes[value].kind == .sequence else { return steps.append(.value(value, isAliased: isAliased)) }
        var source = value + 1
        while source < Int(tree.nodes[value].end) {
            steps.append(.value(source, isAliased: isAliased))
            source = Int(tree.nodes[source].end)
        }
    }

    private mutating func count(_ index: Int, _ isAliased: Bool) throws(YAMLError) {
        values += 1
        if isAliased { aliasedValues += 1 }
        let node = tree.nodes[index]
        if aliasedValues > 100, values > 1_000, Double(aliasedValues) / Double(values) > allowedRatio {
            throw YAMLError(
                "aliases multiply the document",
                at: node.mark.position,
                remedy: "write the values out instead of *aliases"
            )
        }
        switch node.kind {
        case .scalar: break
        case .alias: steps.append(.value(Int(node.target), isAliased: true))
        case .sequence: steps.append(.elements(next: index + 1, end: Int(node.end), isAliased: isAliased))
        case .mapping: steps.append(.members(next: index + 1, end: Int(node.end), isAliased: isAliased))
        }
    }

    private var allowedRatio: Double {
        if values <= Self.smallDocument { return 0.99 }
        if values >= Self.largeDocument { return 0.10 }
        return 0.99 - 0.89 * (Double(values - Self.smallDocument) / Double(Self.largeDocument - Self.smallDocument))
    }
}
