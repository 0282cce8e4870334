/// One member of a mapping, ready to be written.
struct YAMLMappingEntry {
    /// Index of the key's node, for its position.
    var key: UInt32
    /// Index of the value's node.
    var value: UInt32
    /// The key as a string, in ``YAMLTree/text``.
    var text: Range<Int>
}

/// Finds out which members a mapping has.
///
/// The last of duplicate keys counts. A merge key (`<<`) counts where it stands, as in go-yaml v2 and so in kubectl: it
/// replaces keys above it and loses to keys below. Keys are compared by bytes: canonically equivalent ones differ.
struct YAMLMappingMembers {
    /// Mappings up to this size are searched from end to end, without an index.
    private static let smallMapping = 16

    /// What reads, but hardly as it was meant.
    private(set) var warnings: [YAMLWarning] = []
    /// How many warnings are kept.
    var maximumWarnings = 0
    /// What aliases may still cost; merging costs too.
    var budget = YAMLAliasBudget()

    /// Appends the members of the mapping at `mapping` to `entries`, those of its own first.
    ///
    /// Warnings are given where the mapping stands (`isAliased` false), not again for each alias of it.
    mutating func collect(
        mapping: Int,
        in tree: inout YAMLTree,
        isAliased: Bool,
        into entries: inout [YAMLMappingEntry]
    ) throws(YAMLError) {
        var found = Found(first: entries.count)
        var merges = try addOwn(of: mapping, in: &tree, to: &entries, found: &found, isAliased: isAliased)
        let own = entries.count
        // Of several sources the first wins, and a source's own keys win over what it merges in turn: depth first.
        while let merge = merges.popLast() {
            let ownMembers = found.first..<own
            merges += try addMerged(
                merge,
                in: &tree,
                to: &entries,
                found: &found,
                own: ownMembers,
                isAliased: isAliased
            )
        }
    }

    // MARK: Own members

    /// The members found so far of the mapping being collected.
    private struct Found {
        /// Where the mapping's members start in the list.
        let first: Int
        /// Key to position in the list, once there are more than a few.
        var index: [[UInt8]: Int] = [:]
        var isIndexed = false
        /// Positions of own members that a merge key below them has replaced.
        var replaced: Set<Int> = []

        /// The position of the member with the key `text`.
        mutating func position(of text: Range<Int>, tree: YAMLTree, entries: [YAMLMappingEntry]) -> Int? {
            guard isIndexed || entries.count - first > YAMLMappingMembers.smallMapping else {
                return entries.indices.dropFirst(first).first { index in
                    entries[index].text.count == text.count
                        && tree.text[entries[index].text].elementsEqual(tree.text[text])
                }
            }
            if !isIndexed {
                isIndexed = true
                for position in first..<entries.count { index[Array(tree.text[entries[position].text])] = position }
            }
            return index[Array(tree.text[text])]
        }

        mutating func noteAdded(_ text: Range<Int>, at position: Int, tree: YAMLTree) {
            if isIndexed { index[Array(tree.text[text])] = position }
        }
    }

    /// A mapping to merge, by the index of its node, and the `<<` that asks for it.
    private struct Merge {
        var key: Int
        var mapping: Int
    }

    private mutating func addOwn(
        of mapping: Int,
        in tree: inout YAMLTree,
        to entries: inout [YAMLMappingEntry],
        found: inout Found,
        isAliased: Bool
    ) throws(YAMLError) -> [Merge] {
        var merges: [Merge] = []
        var key = mapping + 1
        let end = Int(tree.nodes[mapping].end)
        while key < end {
            let value = Int(tree.nodes[key].end)
            defer { key = Int(tree.nodes[value].end) }
            guard budget.allowsValue(isAliased: isAliased) else { throw Self.aliasBomb(at: tree.nodes[key].mark) }
            if tree.isMergeKey(tree.nodes[key]) {
                merges += try sources(of: value, key: key, in: tree)
                continue
            }
            let text = try keyText(of: key, in: &tree)
            let entry = YAMLMappingEntry(key: UInt32(key), value: UInt32(value), text: text)
            if let earlier = found.position(of: text, tree: tree, entries: entries) {
                if !isAliased { warn(.duplicateKey, text, key, Int(entries[earlier].key), tree) }
                entries[earlier] = entry
            } else {
                found.noteAdded(text, at: entries.count, tree: tree)
                entries.append(entry)
            }
        }
        return merges
    }

    // MARK: Merging

    /// Adds the members of a merged mapping that are not there yet, and replaces, with a warning, those of the mapping's
    /// `own` that stand above the `<<`; returns what it merges in turn.
    private mutating func addMerged(
        _ merge: Merge,
        in tree: inout YAMLTree,
        to entries: inout [YAMLMappingEntry],
        found: inout Found,
        own: Range<Int>,
        isAliased: Bool
    ) throws(YAMLError) -> [Merge] {
        var brought: [YAMLMappingEntry] = []
        var broughtFound = Found(first: 0)
        let merges = try addOwn(of: merge.mapping, in: &tree, to: &brought, found: &broughtFound, isAliased: true)
        for entry in brought {
            guard let earlier = found.position(of: entry.text, tree: tree, entries: entries) else {
                found.noteAdded(entry.text, at: entries.count, tree: tree)
                entries.append(entry)
                continue
            }
            let key = Int(entries[earlier].key)
            guard own.contains(earlier), key < merge.key, found.replaced.insert(earlier).inserted else { continue }
            if !isAliased { warn(.mergeBelowKey, entry.text, merge.key, key, tree) }
            entries[earlier] = entry
        }
        return merges.map { Merge(key: merge.key, mapping: $0.mapping) }
    }

    /// The mappings that the value of a `<<` names, the one to win last.
    private func sources(of value: Int, key: Int, in tree: YAMLTree) throws(YAMLError) -> [Merge] {
        let target = tree.resolvingAlias(value)
        var mappings: [Int] = []
        switch tree.nodes[target].kind {
        case .mapping: mappings = [target]
        // An alias of a list does not count as one, as in go-yaml.
        case .sequence where target == value:
            var element = value + 1
            while element < Int(tree.nodes[value].end) {
                mappings.append(tree.resolvingAlias(element))
                element = Int(tree.nodes[element].end)
            }
        case .sequence, .scalar, .alias: throw notMappings(tree.nodes[value])
        }
        guard mappings.allSatisfy({ tree.nodes[$0].kind == .mapping }) else { throw notMappings(tree.nodes[value]) }
        return mappings.reversed().map { Merge(key: key, mapping: $0) }
    }

    private func notMappings(_ node: YAMLNode) -> YAMLError {
        YAMLError(
            "the merge key << has a value that is neither a mapping nor a list of mappings",
            at: node.mark.position,
            remedy: "give it an alias of a mapping, or put << in quotes"
        )
    }

    // MARK: Keys

    /// What the scalar `node` is.
    func resolve(_ node: YAMLNode, in tree: YAMLTree) throws(YAMLError) -> YAMLScalar {
        let range = Int(node.textStart)..<Int(node.textStart + node.textCount)
        if node.isPlain { return YAMLScalar.resolving(tree.text.span.extracting(range)) }
        guard node.tag != .none else { return .string }
        guard let scalar = YAMLScalar.resolving(tree.text.span.extracting(range), tag: node.tag) else {
            throw YAMLError(
                "\(YAMLError.quoted(tree.text[range])) is no \(node.tag.name)",
                at: node.mark.position,
                remedy: "correct the value, or remove the tag"
            )
        }
        return scalar
    }

    /// The key at `index` as sigs.k8s.io/yaml makes a string of it; what is no string already is added to the text.
    private func keyText(of index: Int, in tree: inout YAMLTree) throws(YAMLError) -> Range<Int> {
        let node = tree.nodes[tree.resolvingAlias(index)]
        guard node.kind == .scalar else { throw collectionKey(at: tree.nodes[index].mark) }
        let converted: [UInt8]
        switch try resolve(node, in: tree) {
        case .string: return Int(node.textStart)..<Int(node.textStart + node.textCount)
        case .boolean(let value): converted = Array((value ? "true" : "false").utf8)
        case .integer(let value): converted = Array(String(value).utf8)
        case .float(let value): converted = YAMLFloatText.key(value)
        case .null: throw unusableKey("a key is null, and JSON keys are strings", at: tree.nodes[index].mark)
        case .unsigned(let value):
            throw unusableKey("the key \(value) is larger than an integer may be", at: tree.nodes[index].mark)
        }
        tree.text += converted
        return tree.text.count - converted.count..<tree.text.count
    }

    private func unusableKey(_ reason: String, at mark: YAMLMark) -> YAMLError {
        YAMLError(reason, at: mark.position, remedy: "put the key in quotes")
    }

    private func collectionKey(at mark: YAMLMark) -> YAMLError {
        YAMLError(
            "a key is a mapping or a list, and JSON keys are strings",
            at: mark.position,
            remedy: "put a value that starts with { or [ in quotes; a template such as {{ … }} must be rendered first"
        )
    }

    /// The error of a ``budget`` that is spent.
    static func aliasBomb(at mark: YAMLMark) -> YAMLError {
        YAMLError(
            "aliases multiply the document",
            at: mark.position,
            remedy: "write the values out instead of *aliases"
        )
    }

    // MARK: Warnings

    private mutating func warn(
        _ kind: YAMLWarning.Kind,
        _ text: Range<Int>,
        _ key: Int,
        _ earlier: Int,
        _ tree: YAMLTree
    ) {
        guard warnings.count < maximumWarnings else { return }
        warnings.append(
            YAMLWarning(
                kind: kind,
                key: String(decoding: tree.text[text], as: UTF8.self),
                position: tree.nodes[key].mark.position,
                earlier: tree.nodes[earlier].mark.position
            )
        )
    }
}
