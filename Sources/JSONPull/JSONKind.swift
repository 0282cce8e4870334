/// The types of JSON (RFC 8259 section 3).
package enum JSONKind: String, Sendable {
    case object
    case array
    case string
    case number
    case boolean
    case null
}
