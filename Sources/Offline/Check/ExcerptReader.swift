internal import ClusterState
internal import JSONPull
internal import Reports

/// Shows the lines that findings are about; reads their files once more, one at a time, and only those with findings.
struct ExcerptReader {
    private let input: CheckInput
    private var source: String?
    private var text: [UInt8] = []
    /// Where each line starts.
    private var starts: [Int] = []

    init(_ input: CheckInput) {
        self.input = input
    }

    /// What stands at a place of `source`; nil where it is no longer there, or nothing is there to be marked.
    mutating func excerpt(of source: String, at position: SourcePosition, field: String) -> SourceExcerpt? {
        if self.source != source { read(source) }
        guard position.line >= 1, position.line <= starts.count else { return nil }
        let end = position.line < starts.count ? starts[position.line] : text.count
        let line = text[starts[position.line - 1]..<end]
        let content = line.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return SourceExcerpt(line: content, column: position.column, field: field)
    }

    private mutating func read(_ source: String) {
        self.source = source
        text = input.text(of: source) ?? []
        // UTF-16 is not worth the while.
        if let first = text.first, first >= 0xFE { text = [] }
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
        starts = text.isEmpty ? [] : [0]
        for (index, byte) in text.enumerated() where byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
            let isInPair = byte == UInt8(ascii: "\r") && index + 1 < text.count && text[index + 1] == UInt8(ascii: "\n")
            if !isInPair { starts.append(index + 1) }
        }
    }
}
