/// Some bytes of a text in the place of others.
package struct TextEdit: Equatable, Sendable {
    /// The bytes that go; empty where only something is added.
    package let range: Range<Int>
    /// What comes in their place, UTF-8.
    package let newText: [UInt8]

    package init(_ range: Range<Int>, _ newText: some Sequence<UInt8> = []) {
        (self.range, self.newText) = (range, Array(newText))
    }

    /// `text` with all of them, which must be in order and must not overlap.
    package static func applying(_ edits: [TextEdit], to text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var copied = 0
        for edit in edits {
            result += text[copied..<edit.range.lowerBound]
            result += edit.newText
            copied = edit.range.upperBound
        }
        return result + text[copied...]
    }
}

/// Why a patch cannot be made in a text without touching something else, in words that follow the name of a place.
package struct EditRefusal: Error, Equatable, Sendable {
    package let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
