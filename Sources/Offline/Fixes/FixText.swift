package import JSONPull
package import ManifestEdits
internal import Reports

/// What changes of a text are called, and where they are.
package enum FixText {
    /// What a patch does, for a person who is to choose it.
    package static func title(of patch: JSONPatch, _ edits: [TextEdit], in text: [UInt8]) -> String {
        guard let operation = patch.operations.first else { return "" }
        switch operation {
        case .remove: return removal(edits, in: text)
        case .replace(_, let value): return "Change to \(VisibleText.quoted(ExactString(value)))"
        case .move(let from, let path):
            let (from, to) = (JSONPointer(from), JSONPointer(path))
            guard from.parent == to.parent, let name = to.tokens.last else {
                let path = to.tokens.map(\.string).joined(separator: ".")
                return "Move to \(VisibleText.part(ExactString(path)))"
            }
            return "Change to \(VisibleText.quoted(name))"
        case .append, .addList:
            let values = patch.operations.flatMap { operation -> [ExactString] in
                switch operation {
                case .append(_, let value): [ExactString(value)]
                case .addList(_, let values): values.map { ExactString($0) }
                case .remove, .replace, .move: []
                }
            }
            return "Add \(VisibleText.list(values, atMost: 5))"
        }
    }

    private static func removal(_ edits: [TextEdit], in text: [UInt8]) -> String {
        guard edits.count == 1, let edit = edits.first, edit.newText.isEmpty, !edit.range.isEmpty,
            edit.range.lowerBound == 0 || text[edit.range.lowerBound - 1] == UInt8(ascii: "\n"),
            edit.range.upperBound == text.count || text[edit.range.upperBound - 1] == UInt8(ascii: "\n")
        else { return "Remove it" }
        let ends = text[edit.range].count { $0 == UInt8(ascii: "\n") }
        let count = text[edit.range].last == UInt8(ascii: "\n") ? ends : ends + 1
        return "Remove \(count == 1 ? "this line" : "these \(count) lines")"
    }
}

/// Makes fixes of findings, one file after the other.
struct FixReader {
    private let input: CheckInput
    private var source: String?
    private var text: ManifestText?
    private var lines = LineStarts([])

    init(_ input: CheckInput) {
        self.input = input
    }

    /// How `patch` of the object that starts at a place of `source` is made there; nil where it cannot be.
    mutating func fix(_ patch: JSONPatch, of source: String, at start: SourcePosition) -> SourceFix? {
        if self.source != source {
            self.source = source
            text = input.text(of: source).flatMap { ManifestText($0) }
            lines = LineStarts(text?.bytes ?? [])
        }
        guard let text, case .success(let edits) = text.edits(for: patch, at: start) else { return nil }
        return SourceFix(
            title: FixText.title(of: patch, edits, in: text.bytes),
            replacements: edits.map { edit in
                SourceFix.Replacement(
                    start: lines.position(of: edit.range.lowerBound, in: text.bytes),
                    end: lines.position(of: edit.range.upperBound, in: text.bytes),
                    text: String(decoding: edit.newText, as: UTF8.self)
                )
            }
        )
    }
}

/// Where the lines of a text start that line feeds end.
struct LineStarts {
    let starts: [Int]
    private let hasMark: Bool
    private let characters: CharacterCounts

    init(_ text: [UInt8]) {
        characters = CharacterCounts(text)
        hasMark = text.starts(with: [0xEF, 0xBB, 0xBF])
        var starts = [0]
        for (index, byte) in text.enumerated() where byte == UInt8(ascii: "\n") && index + 1 < text.count {
            starts.append(index + 1)
        }
        self.starts = starts
    }

    /// The number of the line, from 0, that has the byte at `offset`.
    func line(of offset: Int) -> Int {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    /// Line and column in characters, from 1; the byte order mark is no character.
    func position(of offset: Int, in text: [UInt8]) -> SourcePosition {
        if offset == text.count, text.last == UInt8(ascii: "\n") {
            return SourcePosition(line: starts.count + 1, column: 1)
        }
        let line = line(of: offset)
        let start = starts[line] + (line == 0 && hasMark ? 3 : 0)
        let before = characters.characters(before: min(start, offset), in: text)
        return SourcePosition(line: line + 1, column: characters.characters(before: offset, in: text) - before + 1)
    }

    /// The bytes of a line, its end among them.
    func bytes(ofLine line: Int, in text: [UInt8]) -> ArraySlice<UInt8> {
        text[starts[line]..<(line + 1 < starts.count ? starts[line + 1] : text.count)]
    }
}
