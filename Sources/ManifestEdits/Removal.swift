internal import YAMLPull

/// Takes members out of a mapping.
///
/// In lines of their own they go with their lines, and with the comment beside them; a comment above stays, as nobody can tell
/// what it is about.
struct Removal {
    private let tree: SourceTree
    private let mapping: Int
    private let members: [SourceTree.Member]
    /// Places among the members.
    private let removed: Set<Int>
    /// The key the mapping stands behind; nil for an element of a list.
    private let key: Int?

    init(_ tree: SourceTree, _ mapping: Int, _ members: [SourceTree.Member], _ removed: Set<Int>, key: Int?) {
        (self.tree, self.mapping, self.members, self.removed, self.key) = (tree, mapping, members, removed, key)
    }

    func edits() throws(EditRefusal) -> [TextEdit] {
        if tree.nodes[mapping].hasProperties { throw EditRefusal("what it is in has an anchor or a tag") }
        return try tree.nodes[mapping].style == .flow ? inBrackets() : inLines()
    }

    private func start(_ place: Int) -> Int { tree.nodes[members[place].key].range.lowerBound }

    private func end(_ place: Int) -> Int {
        max(tree.nodes[members[place].key].range.upperBound, tree.nodes[members[place].value].range.upperBound)
    }

    // MARK: Lines

    private func inLines() throws(EditRefusal) -> [TextEdit] {
        guard let first = tree.indentation(before: start(0)) else { throw EditRefusal("its line starts in an odd way") }
        if removed.count == members.count { return try emptied(isBehindHyphen: first.hasHyphen) }
        var edits: [TextEdit] = []
        var next = 0
        if first.hasHyphen, removed.contains(0) {
            while removed.contains(next) { next += 1 }
            edits.append(try behindHyphen(upTo: next))
        }
        for place in removed where place >= next { edits.append(try line(place)) }
        return edits
    }

    /// The lines of a member.
    private func line(_ place: Int) throws(EditRefusal) -> TextEdit {
        guard tree.indentation(before: start(place))?.hasHyphen == false else {
            throw EditRefusal("its line starts in an odd way")
        }
        return TextEdit(tree.startOfLine(start(place))..<(try tree.startOfNextLine(end(place))))
    }

    /// The first members of an element, the next of which moves up behind the hyphen.
    private func behindHyphen(upTo next: Int) throws(EditRefusal) -> TextEdit {
        for place in 1..<next where !tree.isEmpty(end(place - 1)..<start(place)) {
            throw EditRefusal("a comment stands between what would go")
        }
        var index = try tree.startOfNextLine(end(next - 1))
        while index < start(next), SourceTree.isBlank(tree.bytes[index]) || SourceTree.endsLine(tree.bytes[index]) {
            index += 1
        }
        return TextEdit(start(0)..<index)
    }

    /// What is left of a mapping without members is `{}`.
    private func emptied(isBehindHyphen: Bool) throws(EditRefusal) -> [TextEdit] {
        if isBehindHyphen {
            _ = try tree.startOfNextLine(end(0))
            return try [TextEdit(start(0)..<end(0), "{}".utf8)] + members.indices.dropFirst().map(lineThrowing)
        }
        guard let key else { throw EditRefusal("nothing would be left behind the hyphen") }
        var colon = tree.nodes[key].range.upperBound
        while colon < tree.bytes.count, SourceTree.isBlank(tree.bytes[colon]) { colon += 1 }
        guard colon < start(0), tree.bytes[colon] == UInt8(ascii: ":") else {
            throw EditRefusal("the key above is written in an odd way")
        }
        return try [TextEdit(colon + 1..<colon + 1, " {}".utf8)] + members.indices.map(lineThrowing)
    }

    private func lineThrowing(_ place: Int) throws(EditRefusal) -> TextEdit { try line(place) }

    // MARK: Brackets

    private func inBrackets() throws(EditRefusal) -> [TextEdit] {
        let range = tree.nodes[mapping].range
        guard tree.bytes[range.lowerBound] == UInt8(ascii: "{") else { throw EditRefusal("it stands in a list") }
        if removed.count == members.count {
            try checkGaps(0, members.count - 1)
            try check(range.lowerBound + 1..<start(0), commas: 0)
            try check(end(members.count - 1)..<range.upperBound - 1, commas: 0)
            return [TextEdit(range.lowerBound + 1..<range.upperBound - 1)]
        }
        var edits: [TextEdit] = []
        for first in removed where !removed.contains(first - 1) {
            var place = first
            while place < members.count, removed.contains(place) { place += 1 }
            try checkGaps(max(0, first - 1), min(place, members.count - 1))
            if place < members.count {
                if first == 0 { try check(range.lowerBound + 1..<start(0), commas: 0) }
                edits.append(TextEdit(start(first)..<start(place)))
            } else {
                edits.append(TextEdit(end(first - 1)..<end(place - 1)))
            }
        }
        return edits
    }

    /// Between the members there must be a comma each, and nothing else.
    private func checkGaps(_ first: Int, _ last: Int) throws(EditRefusal) {
        for place in first..<last { try check(end(place)..<start(place + 1), commas: 1) }
    }

    private func check(_ range: Range<Int>, commas: Int) throws(EditRefusal) {
        guard tree.isEmpty(range, commas: commas) else {
            throw EditRefusal("a comment or something else stands between the braces")
        }
    }
}
