internal import AgentRuns
package import JSONPull

/// The mechanical part of putting findings right, as a JSON Patch (RFC 6902): what `check`, `explain`, editors and `--fix` know
/// of fixes, they know from here.
///
/// How each reason is put right its rule says (``Mend``); what only a person can decide has no patch.
package struct PatchSuggestion: Sendable {
    /// What puts each of the findings right by itself, in their order; empty where only a person can.
    package private(set) var parts: [JSONPatch]
    /// What puts all of them right.
    package private(set) var patch = JSONPatch()

    /// - Parameters:
    ///   - findings: those that deny or warn are put right.
    ///   - object: the JSON of what they are about.
    package init(for findings: [Finding], in object: UnsafeRawBufferPointer) {
        parts = findings.map { _ in JSONPatch() }
        let mended = findings.enumerated().compactMap { index, finding -> (index: Int, finding: Finding, mend: Mend)? in
            guard finding.action == .deny || finding.action == .warn, finding.path != nil else { return nil }
            return finding.reason.mend.map { (index, finding, $0) }
        }
        if mended.isEmpty { return }
        let paths = mended.map { $0.finding.path?.key.path.string ?? "" }
        let fields = mended.flatMap(\.mend.fields)
        let places = unsafe JSONPath.places(of: paths + fields, in: object)
        var presentFields: [String: JSONKind] = [:]
        for (field, place) in zip(fields, places.dropFirst(paths.count)) where place.isExact {
            let kind = unsafe JSONPath.kindOfMember(at: place.offset, in: object)
            if kind != .null { presentFields[field] = kind }
        }
        for (one, place) in zip(mended, places) {
            let operations = one.mend.operations(
                Mended(finding: one.finding, place: place, presentFields: presentFields)
            )
            parts[one.index] = JSONPatch(operations)
            for operation in operations { patch.add(operation) }
        }
    }
}
