/// The types of JSON (RFC 8259 section 3).
@frozen @usableFromInline package enum JSONKind: String, Sendable {
    case object
    case array
    case string
    case number
    case boolean
    case null

    // Written out to be inlined: what the compiler derives is a call through a table from other modules, forty a review.
    /// Whether both are the same type.
    @inlinable @inline(__always)
    package static func == (lhs: JSONKind, rhs: JSONKind) -> Bool {
        switch (lhs, rhs) {
        case (.object, .object), (.array, .array), (.string, .string), (.number, .number), (.boolean, .boolean),
            (.null, .null):
            true
        default: false
        }
    }
}
