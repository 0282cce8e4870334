internal import YAMLPull

/// Adds members to mappings and elements to lists, behind the last one and as that is written.
struct Addition {
    private let tree: SourceTree

    init(_ tree: SourceTree) {
        self.tree = tree
    }

    // MARK: Members

    func edits(
        adding new: [AddedMember],
        to mapping: Int,
        _ members: [SourceTree.Member]
    ) throws(EditRefusal) -> [TextEdit] {
        let node = tree.nodes[mapping]
        if node.hasProperties { throw EditRefusal("what it belongs in has an anchor or a tag") }
        let starts = members.map { tree.nodes[$0.key].range.lowerBound }
        let ends = members.map { max(tree.nodes[$0.key].range.upperBound, tree.nodes[$0.value].range.upperBound) }
        let isQuoted = tree.isJSON || members.first.map { tree.nodes[$0.key].style == .doubleQuoted } ?? false
        if node.style == .flow {
            let items = new.map { member in
                ScalarText.written(member.key, isJSON: isQuoted) + ": ".utf8
                    + member.value.inBrackets(isJSON: isQuoted)
            }
            return [try inBrackets(items, node.range, starts, ends)]
        }
        guard let start = starts.first, let end = ends.last, let indentation = tree.indentation(before: start) else {
            throw EditRefusal("what it belongs in is written in an odd way")
        }
        let place = try tree.startOfNextLine(end)
        let margin = String(repeating: " ", count: indentation.columns)
        var lines: [[UInt8]] = []
        for member in new {
            let key = Array(margin.utf8) + ScalarText.written(member.key, isJSON: isQuoted) + ":".utf8
            switch member.value {
            case .scalar(let text): lines.append(key + " ".utf8 + text)
            case .list(let values):
                lines.append(key)
                for value in values { lines.append("\(margin)  - ".utf8 + ScalarText.written(value, isJSON: false)) }
            }
        }
        return [insertion(of: lines, at: place)]
    }

    // MARK: Elements

    func edits(appending values: [String], to list: Int) throws(EditRefusal) -> [TextEdit] {
        let node = tree.nodes[list]
        let elements = tree.elements(of: list).map { tree.nodes[$0] }
        let isQuoted = tree.isJSON || elements.last?.style == .doubleQuoted
        let items = values.map { ScalarText.written($0, isJSON: isQuoted) }
        if node.style == .flow {
            let ranges = elements.map(\.range)
            return [try inBrackets(items, node.range, ranges.map(\.lowerBound), ranges.map(\.upperBound))]
        }
        guard let last = elements.last, let indentation = tree.indentation(before: last.range.lowerBound) else {
            throw EditRefusal("the list is written in an odd way")
        }
        let line = tree.bytes[tree.startOfLine(last.range.lowerBound)..<last.range.lowerBound]
        let columns = line.prefix { $0 == UInt8(ascii: " ") }.count
        // One hyphen, and blanks behind it.
        guard indentation.hasHyphen, line.dropFirst(columns + 1).allSatisfy({ $0 == UInt8(ascii: " ") }) else {
            throw EditRefusal("the list is written in an odd way")
        }
        let margin = line.prefix(columns) + line.dropFirst(columns)
        return [insertion(of: items.map { Array(margin) + $0 }, at: try tree.startOfNextLine(last.range.upperBound))]
    }

    // MARK: Writing

    /// Lines before the one that starts at `place`, or behind the last one.
    private func insertion(of lines: [[UInt8]], at place: Int) -> TextEdit {
        let lineEnd = tree.lineEnd(before: place)
        let isBehindLine = place == 0 || SourceTree.endsLine(tree.bytes[place - 1])
        let text = lines.flatMap { isBehindLine ? $0 + lineEnd : lineEnd + $0 }
        return TextEdit(place..<place, text)
    }

    /// Items behind the last one between brackets, with what stands between the others.
    private func inBrackets(
        _ items: [[UInt8]],
        _ range: Range<Int>,
        _ starts: [Int],
        _ ends: [Int]
    ) throws(EditRefusal) -> TextEdit {
        guard let start = starts.last, let end = ends.last else {
            guard tree.isEmpty(range.lowerBound + 1..<range.upperBound - 1) else {
                throw EditRefusal("a comment or something else stands between the brackets")
            }
            return TextEdit(
                range.lowerBound + 1..<range.upperBound - 1,
                items.joined(separator: ", ".utf8)
            )
        }
        let before = ends.dropLast().last ?? range.lowerBound + 1
        let isFirst = ends.count == 1
        guard tree.isEmpty(before..<start, commas: isFirst ? 0 : 1), tree.isEmpty(end..<range.upperBound - 1) else {
            throw EditRefusal("a comment or something else stands between the brackets")
        }
        var gap = Array(tree.bytes[before..<start].drop { $0 == UInt8(ascii: ",") })
        // In one line there is a blank behind a comma, whatever there is behind the bracket.
        if gap.isEmpty, isFirst { gap = [UInt8(ascii: " ")] }
        return TextEdit(end..<end, items.flatMap { [UInt8(ascii: ",")] + gap + $0 })
    }
}
