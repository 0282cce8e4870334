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
/// As go-yaml v2 (`mapping` and `merge` in decode.go), and so kubectl, members are assigned one after the other as the text has
/// them, and the last assignment of a key counts. A merge key (`<<`) is no exception: where it stands, the members of what it
/// names are assigned, in their order and with what they merge in turn. So it replaces keys above it, also those of the
/// mapping that merges the mapping it stands in, and loses to keys below. Of a list of mappings the first is assigned last.
/// YAML's own merge type says otherwise in all three.
///
/// Keys are compared by bytes: canonically equivalent ones differ.
struct YAMLMappingMembers {
    /// What reads, but hardly as it was meant.
    private(set) var warnings: [YAMLWarning] = []
    /// How many warnings are kept.
    var maximumWarnings = 0

    /// Appends the members of the mapping at `mapping` to `entries`, in the order in which their keys are first assigned.
    ///
    /// Warnings are given where the mapping stands (`isAliased` false), not again for each alias of it.
    mutating func collect(
        mapping: Int,
        in tree: inout YAMLTree,
        isAliased: Bool,
        into entries: inout [YAMLMappingEntry]
    ) throws(YAMLError) {
        var assigned = YAMLAssignedMembers(first: entries.count)
        assigned.enter(mapping, isAliased: isAliased, in: tree)
        // Mappings that merge mappings are on the heap: nesting them costs no thread stack.
        while let (key, isAliased) = assigned.nextKey(in: tree) {
            let value = Int(tree.nodes[key].end)
            if tree.isMergeKey(tree.nodes[key]) {
                for source in try sources(of: value, in: tree) {
                    let isAliased = isAliased || tree.nodes[source].kind == .alias
                    assigned.enter(tree.resolvingAlias(source), isAliased: isAliased, in: tree)
                }
                continue
            }
            let text = try keyText(of: key, in: &tree)
            let entry = YAMLMappingEntry(key: UInt32(key), value: UInt32(value), text: text)
            guard let earlier = assigned.assign(entry, to: &entries, in: tree) else { continue }
            let earlierKey = Int(earlier.entry.key)
            try checkSame(key, earlierKey, in: tree)
            switch earlier.by {
            case .sameMapping where !isAliased: warn(.duplicateKey, text, key, earlierKey, tree)
            case .merging(let mergeKey): warn(.mergeBelowKey, text, mergeKey, earlierKey, tree)
            case .sameMapping, .another: break
            }
        }
    }

    /// Checks what is an error also in a value that another replaces: kubectl reads all of a document, and what is wrong with
    /// any of it refuses it.
    func check(_ tree: YAMLTree) throws(YAMLError) {
        for index in tree.nodes.indices {
            let node = tree.nodes[index]
            switch node.kind {
            case .scalar where node.tag == .binary: _ = try binary(node, in: tree, at: node.mark)
            case .scalar where node.tag != .none: _ = try resolve(node, in: tree)
            case .mapping: try checkKeys(of: index, in: tree)
            case .scalar, .sequence, .alias: break
            }
        }
    }

    private func checkKeys(of mapping: Int, in tree: YAMLTree) throws(YAMLError) {
        var key = mapping + 1
        while key < Int(tree.nodes[mapping].end) {
            let value = Int(tree.nodes[key].end)
            guard tree.nodes[tree.resolvingAlias(key)].kind == .scalar else {
                throw collectionKey(at: tree.nodes[key].mark)
            }
            if tree.isMergeKey(tree.nodes[key]) { _ = try sources(of: value, in: tree) }
            key = Int(tree.nodes[value].end)
        }
    }

    /// The nodes that the value of a `<<` names, the one to be assigned first last.
    private func sources(of value: Int, in tree: YAMLTree) throws(YAMLError) -> [Int] {
        let target = tree.resolvingAlias(value)
        var sources: [Int] = []
        switch tree.nodes[target].kind {
        case .mapping: sources = [value]
        // An alias of a list does not count as one, as in go-yaml.
        case .sequence where target == value:
            var element = value + 1
            while element < Int(tree.nodes[value].end) {
                sources.append(element)
                element = Int(tree.nodes[element].end)
            }
        case .sequence, .scalar, .alias: throw notMappings(tree.nodes[value])
        }
        guard sources.allSatisfy({ tree.nodes[tree.resolvingAlias($0)].kind == .mapping }) else {
            throw notMappings(tree.nodes[value])
        }
        return sources
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

    /// What the base64 of a `!!binary` scalar holds.
    func binary(_ node: YAMLNode, in tree: YAMLTree, at mark: YAMLMark) throws(YAMLError) -> [UInt8] {
        guard let bytes = YAMLBase64.decode(tree.text(of: node)), String(validating: bytes, as: UTF8.self) != nil else {
            throw YAMLError(
                "!!binary holds no base64 of a UTF-8 text",
                at: mark.position,
                remedy: "remove the tag: Kubernetes takes base64 as a plain string"
            )
        }
        return bytes
    }

    /// The key at `index` as sigs.k8s.io/yaml makes a string of it; what is no string already is added to the text.
    private func keyText(of index: Int, in tree: inout YAMLTree) throws(YAMLError) -> Range<Int> {
        let node = tree.nodes[tree.resolvingAlias(index)]
        guard node.kind == .scalar else { throw collectionKey(at: tree.nodes[index].mark) }
        let converted: [UInt8]
        switch try resolve(node, in: tree) {
        case .string where node.tag == .binary: converted = try binary(node, in: tree, at: tree.nodes[index].mark)
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

    /// Refuses keys that are one key in JSON but two in YAML (`1` and `"1"`): sigs.k8s.io/yaml sends the value of either, as
    /// the order of a Go map has it that day.
    private func checkSame(_ key: Int, _ earlier: Int, in tree: YAMLTree) throws(YAMLError) {
        let scalar = try resolve(tree.nodes[tree.resolvingAlias(key)], in: tree)
        guard try resolve(tree.nodes[tree.resolvingAlias(earlier)], in: tree) != scalar else { return }
        throw YAMLError(
            "the key is another than that at \(tree.nodes[earlier].mark.position) in YAML, but the same in JSON: "
                + "kubectl sends the value of either",
            at: tree.nodes[key].mark.position,
            remedy: "remove one of them"
        )
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
