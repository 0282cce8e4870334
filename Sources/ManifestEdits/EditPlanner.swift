internal import JSONPull
internal import YAMLPull

/// Turns the operations of a patch into changes of the text that an object is written in.
///
/// All operations name places of the object as it is written: no patch that is made here removes an element of a list.
struct EditPlanner {
    let tree: SourceTree
    private let object: Int
    private let index: MemberIndex
    /// The key that each mapping on the way stands behind.
    private var keyOfMapping: [Int: Int] = [:]

    /// Of each mapping the members that go, as places among its members.
    private var removed: [Int: Set<Int>] = [:]
    private var added: [Int: [AddedMember]] = [:]
    private var appended: [Int: [String]] = [:]
    private var plain: [TextEdit] = []

    init(_ tree: SourceTree, _ index: MemberIndex, object: Int) {
        (self.tree, self.index, self.object) = (tree, index, object)
    }

    // MARK: Operations

    mutating func add(_ operation: JSONPatch.Operation) throws(EditRefusal) {
        switch operation {
        case .remove(let path):
            let (mapping, place) = try member(at: JSONPointer(path))
            removed[mapping, default: []].insert(place)
        case .replace(let path, let value): try replace(JSONPointer(path), value)
        case .append(let path, let value):
            let list = try node(at: JSONPointer(path).parent)
            guard tree.nodes[list].kind == .sequence else { throw EditRefusal("the list is not written as one") }
            appended[list, default: []].append(value)
        case .addList(let path, let values): try add(.list(values), at: JSONPointer(path))
        case .move(let from, let path): try move(JSONPointer(from), JSONPointer(path))
        }
    }

    private mutating func replace(_ pointer: JSONPointer, _ value: String) throws(EditRefusal) {
        let (mapping, place) = try member(at: pointer)
        let node = tree.nodes[index.mapping(mapping).members[place].value]
        try checkScalar(node)
        let written = tree.bytes[node.range]
        guard node.isString || written.elementsEqual(value.utf8) else {
            throw EditRefusal("its value is written in another way than JSON has it: put in quotes what is meant")
        }
        plain.append(TextEdit(node.range, ScalarText.written(value, like: node)))
    }

    private mutating func move(_ from: JSONPointer, _ path: JSONPointer) throws(EditRefusal) {
        let (mapping, place) = try member(at: from)
        let member = index.mapping(mapping).members[place]
        if from.parent == path.parent, let name = path.tokens.last {
            guard index.mapping(mapping).places[name] == nil else {
                throw EditRefusal("the other key is there as well")
            }
            let key = tree.nodes[member.key]
            try checkScalar(key)
            return plain.append(TextEdit(key.range, ScalarText.written(name.string, like: key)))
        }
        let value = tree.nodes[member.value]
        try checkScalar(value)
        removed[mapping, default: []].insert(place)
        try add(.scalar(Array(tree.bytes[value.range])), at: path)
    }

    private mutating func add(_ value: AddedMember.Value, at pointer: JSONPointer) throws(EditRefusal) {
        guard let key = pointer.tokens.last else { throw EditRefusal("it is the object itself") }
        let mapping = try node(at: pointer.parent)
        guard tree.nodes[mapping].kind == .mapping else { throw EditRefusal("what it belongs in is written otherwise") }
        guard let place = index.mapping(mapping).places[key] else {
            added[mapping, default: []].append(AddedMember(key: key.string, value: value))
            return
        }
        try checkOnce(key, in: mapping)
        // Null is nothing, and may be written as nothing.
        let node = tree.nodes[index.mapping(mapping).members[place].value]
        try checkScalar(node)
        guard !node.isString else { throw EditRefusal("something else is written there") }
        let text = value.inBrackets(isJSON: tree.isJSON)
        plain.append(TextEdit(node.range, node.range.isEmpty ? [UInt8(ascii: " ")] + text : text))
    }

    private func checkScalar(_ node: SourceTree.Node) throws(EditRefusal) {
        if node.kind == .alias { throw EditRefusal("it comes through an alias") }
        if node.hasProperties { throw EditRefusal("it has an anchor or a tag") }
        guard node.kind == .scalar else { throw EditRefusal("it is no single value") }
        let hasLines = tree.bytes[node.range].contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        if node.style == .block || hasLines { throw EditRefusal("its text takes several lines") }
    }

    // MARK: Looking up

    /// The mapping and the place in it that a pointer leads to.
    private mutating func member(at pointer: JSONPointer) throws(EditRefusal) -> (mapping: Int, place: Int) {
        guard let key = pointer.tokens.last else { throw EditRefusal("it is the object itself") }
        let mapping = try node(at: pointer.parent)
        guard tree.nodes[mapping].kind == .mapping else { throw EditRefusal("it is an element of a list") }
        return (mapping, try place(of: key, in: mapping))
    }

    private func place(of key: ExactString, in mapping: Int) throws(EditRefusal) -> Int {
        guard let place = index.mapping(mapping).places[key] else {
            let isMerged = index.mapping(mapping).isMerging
            throw EditRefusal(isMerged ? "it comes through a merge key" : "its key is written in another way")
        }
        try checkOnce(key, in: mapping)
        return place
    }

    private func checkOnce(_ key: ExactString, in mapping: Int) throws(EditRefusal) {
        if index.mapping(mapping).repeated.contains(key) { throw EditRefusal("its key is written more than once") }
    }

    private mutating func node(at pointer: JSONPointer) throws(EditRefusal) -> Int {
        var node = object
        for token in pointer.tokens {
            switch tree.nodes[node].kind {
            case .mapping:
                let place = try place(of: token, in: node)
                let member = index.mapping(node).members[place]
                node = member.value
                keyOfMapping[node] = member.key
            case .sequence:
                let elements = index.elements(of: node)
                guard let place = Int(token.string), elements.indices.contains(place) else {
                    throw EditRefusal("the list is written otherwise")
                }
                node = elements[place]
            case .alias: break
            case .scalar: throw EditRefusal("the way there is written otherwise")
            }
            if tree.nodes[node].kind == .alias { throw EditRefusal("it comes through an alias") }
        }
        return node
    }

    // MARK: Changes

    /// What goes must not have something in it that is changed as well.
    private mutating func checkApart() throws(EditRefusal) {
        var gone: [Range<Int>] = []
        for (mapping, places) in removed {
            let members = index.mapping(mapping).members
            for member in places.map({ members[$0] }) {
                let end = max(tree.nodes[member.key].range.upperBound, tree.nodes[member.value].range.upperBound)
                gone.append(tree.nodes[member.key].range.lowerBound..<end)
            }
        }
        gone.sort { $0.lowerBound < $1.lowerBound }
        for node in Array(removed.keys) + added.keys + appended.keys {
            let start = tree.nodes[node].range.lowerBound
            var (low, high) = (0, gone.count)
            while low < high {
                let middle = (low + high) / 2
                if gone[middle].lowerBound <= start { low = middle + 1 } else { high = middle }
            }
            // A mapping starts where its first key does.
            let isInside = low > 0 && gone[low - 1].lowerBound < start && start < gone[low - 1].upperBound
            if isInside { throw EditRefusal("two changes are at one place") }
        }
    }

    /// All of them, in the order of the text.
    mutating func edits() throws(EditRefusal) -> [TextEdit] {
        try checkApart()
        var edits = plain
        for (mapping, places) in removed {
            let members = index.mapping(mapping).members
            if places.count == members.count, added[mapping] != nil {
                throw EditRefusal("everything beside it goes, and something comes")
            }
            edits += try Removal(tree, mapping, members, places, key: keyOfMapping[mapping]).edits()
        }
        // Of those that end at one place the inner one comes first, which starts later.
        for node in (Array(added.keys) + appended.keys).sorted(by: >) {
            if let new = added[node] {
                edits += try Addition(tree).edits(adding: new, to: node, index.mapping(node).members)
            } else if let values = appended[node] {
                edits += try Addition(tree).edits(appending: values, to: node)
            }
        }
        // Of those at one place what goes is first: what is added stands behind it.
        let sorted = edits.enumerated().sorted { one, other in
            (one.element.range.lowerBound, one.element.range.upperBound, one.offset)
                < (other.element.range.lowerBound, other.element.range.upperBound, other.offset)
        }.map(\.element)
        for (edit, next) in zip(sorted, sorted.dropFirst()) where next.range.lowerBound < edit.range.upperBound {
            throw EditRefusal("two changes are at one place")
        }
        return sorted
    }
}
