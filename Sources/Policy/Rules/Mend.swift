internal import AgentRuns
internal import JSONPull

/// The mechanical part of putting a finding right, declared with the reason it is for.
///
/// What only a person can decide, such as another head branch, has none.
struct Mend: Sendable {
    /// The fields of the object it depends on beside that of the finding, as `spec.secrets`.
    let fields: [String]
    /// The steps for one finding; none where this one cannot be put right mechanically.
    let operations: @Sendable (Mended) -> [JSONPatch.Operation]

    init(
        dependingOn fields: String...,
        operations: @escaping @Sendable (Mended) -> [JSONPatch.Operation]
    ) {
        (self.fields, self.operations) = (fields, operations)
    }

    /// The field goes.
    static let removal = Mend { $0.isExact ? [.remove(path: $0.pointer)] : [] }
}

/// What is put right, in the object it is about.
struct Mended {
    let finding: Finding
    /// Where its field is, or what there is on the way to it.
    let place: JSONPath.Place
    /// Those of the fields the mend depends on which the object has, and what they hold; null is nothing.
    let presentFields: [String: JSONKind]

    /// Whether the object has the field of the finding.
    var isExact: Bool { place.isExact }
    /// JSON Pointer of the field.
    var pointer: String { place.pointer }
    /// The field as a path with whole keys.
    var path: ExactString { finding.path?.key.path ?? "" }
    /// The first value the finding is about; empty where there is none.
    var value: String { finding.values.first?.text.string ?? "" }
}
