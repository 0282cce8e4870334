internal import JSONPull

/// A field without which, or as another type than the API says, an object cannot be read.
protocol CheckedField: CaseIterable, RawRepresentable<UInt16> {
    /// As an error names it.
    var path: String { get }

    /// What the API says it is.
    var kind: JSONKind { get }

    /// Whether no review can be answered without it.
    var isRequired: Bool { get }
}

/// Which fields of an object have been found, and which were of another type than the API says.
///
/// A bit each, as so many optionals cost more to hand on than to read. Of a repeated field the last one counts.
struct FoundFields<Field: CheckedField> {
    private var found: UInt16 = 0
    private var mistyped: UInt16 = 0

    /// Whether `field`, whose value is next, is of its type; passes over null, which counts as absent, and over values of
    /// other types.
    mutating func find(_ field: Field, _ reader: inout JSONReader) throws(JSONError) -> Bool {
        let (kind, bit) = (try reader.peek(), Self.bit(field))
        found &= ~bit
        mistyped &= ~bit
        guard kind == field.kind else {
            if kind != .null { mistyped |= bit }
            try reader.skipValue()
            return false
        }
        found |= bit
        return true
    }

    /// Whether `field` has a value of its type.
    func contains(_ field: Field) -> Bool { found & Self.bit(field) != 0 }

    /// Takes `field` for absent after all.
    mutating func remove(_ field: Field) { found &= ~Self.bit(field) }

    /// Throws what is wrong with `field`, if anything is.
    func check(_ field: Field) throws(AdmissionReviewError) {
        if mistyped & Self.bit(field) != 0 { throw .wrongType(field: field.path, expected: Self.name(of: field.kind)) }
        if field.isRequired, !contains(field) { throw .missing(field.path) }
    }

    /// Throws what is wrong with the first field that is not as it must be.
    func check() throws(AdmissionReviewError) {
        for field in Field.allCases { try check(field) }
    }

    private static func bit(_ field: Field) -> UInt16 { 1 << field.rawValue }

    private static func name(of kind: JSONKind) -> String {
        switch kind {
        case .object, .array: "an \(kind.rawValue)"
        default: "a \(kind.rawValue)"
        }
    }
}
