package import JSONPull

/// What of a text nobody sees who reads it, or what makes it read in another order than it is written.
///
/// Counts and places only, never a part of the text.
package final class HiddenText: Sendable {
    /// What sort of character it is.
    package enum Kind: String, CaseIterable, Sendable {
        case tag
        case zeroWidth = "zero width"
        case filler
        case variationSelector = "variation selector"
        case byteOrderMark = "byte order mark"
        case control
        case other
    }

    /// How many there are, and where the first is.
    package struct Marks: Sendable, Equatable {
        /// Of each kind that occurs.
        package var counts: [Kind: Int]
        /// From 1; lines end at a line feed, and columns are Unicode scalars.
        package var position: SourcePosition

        package init(counts: [Kind: Int], position: SourcePosition) {
            (self.counts, self.position) = (counts, position)
        }

        /// Of all kinds.
        package var count: Int { counts.values.reduce(0, +) }
    }

    /// Characters that are not seen.
    package let hidden: Marks?
    /// Characters that set the direction of text, all of kind `other`.
    package let bidirectional: Marks?

    package init(hidden: Marks?, bidirectional: Marks?) {
        (self.hidden, self.bidirectional) = (hidden, bidirectional)
    }

    /// Looks through `text` once; nil where nothing is hidden, as nearly always.
    package static func find(in text: ExactString) -> HiddenText? {
        unsafe text.withBytes { bytes in unsafe HiddenTextScan.find(in: UnsafeRawBufferPointer(bytes)) }
    }
}

/// A text in which something is hidden, without the text.
package struct SuspectText: Sendable {
    package let hidden: HiddenText
    /// Tells it from another text.
    package let identity: ExactString

    package init(_ hidden: HiddenText, identity: ExactString) {
        (self.hidden, self.identity) = (hidden, identity)
    }
}
