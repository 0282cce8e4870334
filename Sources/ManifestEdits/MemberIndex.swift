internal import JSONPull
internal import YAMLPull

/// The members of mappings by key, looked up once for all patches of a text.
final class MemberIndex {
    /// What is known of one mapping.
    struct Mapping {
        let members: [SourceTree.Member]
        /// Of each key its last place among the members.
        fileprivate(set) var places: [ExactString: Int] = [:]
        /// Keys that are written more than once.
        fileprivate(set) var repeated: Set<ExactString> = []
        /// Whether a merge key is among them.
        fileprivate(set) var isMerging = false
    }

    private let tree: SourceTree
    private var mappings: [Int: Mapping] = [:]
    private var sequences: [Int: [Int]] = [:]
    private var objects: [SourcePosition: Int?] = [:]

    init(_ tree: SourceTree) {
        self.tree = tree
    }

    /// The mapping that starts at a position.
    func object(at start: SourcePosition) -> Int? {
        if let known = objects[start] { return known }
        let found = tree.mapping(at: start)
        objects[start] = .some(found)
        return found
    }

    func mapping(_ node: Int) -> Mapping {
        if let known = mappings[node] { return known }
        var mapping = Mapping(members: tree.members(of: node))
        for (place, member) in mapping.members.enumerated() {
            let key = tree.nodes[member.key]
            guard key.kind == .scalar, key.isString else { continue }
            let text = tree.text(of: member.key)
            if text == "<<", key.style == .plain { mapping.isMerging = true }
            if mapping.places.updateValue(place, forKey: text) != nil { mapping.repeated.insert(text) }
        }
        mappings[node] = mapping
        return mapping
    }

    /// The elements of a sequence.
    func elements(of node: Int) -> [Int] {
        if let known = sequences[node] { return known }
        let found = tree.elements(of: node)
        sequences[node] = found
        return found
    }
}
