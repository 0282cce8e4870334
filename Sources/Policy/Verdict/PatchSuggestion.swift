internal import AgentRuns
package import JSONPull

/// The mechanical part of putting findings right, as a JSON Patch (RFC 6902).
///
/// What only a person can decide, such as another head branch, has no patch.
package struct PatchSuggestion: Sendable {
    /// One operation.
    package enum Operation: Hashable, Sendable {
        case remove(path: String)
        case move(from: String, path: String)
        case replace(path: String, value: String)
        /// A text at the end of a list.
        case append(path: String, value: String)
        /// A list where there was none.
        case addList(path: String, values: [String])
    }

    package private(set) var operations: [Operation] = []

    /// - Parameters:
    ///   - findings: those that deny or warn are put right.
    ///   - object: the JSON of what they are about.
    package init(for findings: [Finding], in object: UnsafeRawBufferPointer) {
        // Strings with other bytes may be equal; written out they are not.
        var written: Set<[UInt8]> = []
        let findings = findings.filter { ($0.action == .deny || $0.action == .warn) && $0.path != nil }
        if findings.isEmpty { return }
        let paths = findings.map { $0.path?.key.path.string ?? "" }
        let places = unsafe JSONPath.places(of: paths + [Self.timeToLive, Self.secrets], in: object)
        let isThere = (timeToLive: places[paths.count].isExact, secrets: places[paths.count + 1].isExact)
        for (finding, place) in zip(findings, places) {
            for operation in Self.operations(for: finding, at: place, isThere) {
                var writer = JSONWriter()
                operation.write(to: &writer)
                if written.insert(writer.bytes).inserted { operations.append(operation) }
            }
        }
    }

    private static let timeToLive = "spec.ttlSecondsAfterFinished"
    private static let secrets = "spec.secrets"

    /// - Parameters:
    ///   - finding: is put right.
    ///   - place: where its field is.
    ///   - isThere: whether the object has these fields.
    /// - Returns: nothing for what only a person can decide.
    private static func operations(
        for finding: Finding,
        at place: JSONPath.Place,
        _ isThere: (timeToLive: Bool, secrets: Bool)
    ) -> [Operation] {
        guard let path = finding.path?.key.path else { return [] }
        let value = finding.values.first?.text.string ?? ""
        switch finding.reason {
        case .promptOverride, .stepPromptOverride:
            // One that is mapped from the implementation's source is not a parameter that could be removed.
            return place.isExact && path.contains("parameters") ? [.remove(path: place.pointer)] : []
        // Of two texts the field is the one that is not in force.
        case .forbiddenParameterKey, .ambiguousPromptSource, .ambiguousSystemPrompt, .systemPromptOverrideNotAllowed,
            .labelBlocked, .labelNotAllowed:
            return place.isExact ? [.remove(path: place.pointer)] : []
        case .misplacedTtl:
            guard place.isExact else { return [] }
            guard isThere.timeToLive else { return [.move(from: place.pointer, path: "/spec/ttlSecondsAfterFinished")] }
            // The time of the Job and that of the run can both be meant.
            return finding.remedy == MisplacedTtl.removal ? [.remove(path: place.pointer)] : []
        case .secretNotListed:
            let names = finding.values.filter { !$0.isRatcheted }.map(\.text.string)
            return isThere.secrets
                ? names.map { .append(path: "/spec/secrets/-", value: $0) }
                : [.addList(path: "/spec/secrets", values: names)]
        case .runNameTooLong, .runNameNotLabelValue:
            guard place.isExact, path == "metadata.name" else { return [] }
            return [.replace(path: place.pointer, value: LabelLength.shortened(ExactString(value)))]
        case .parameterNotString:
            let isScalar = value.utf8.first != UInt8(ascii: "{") && value.utf8.first != UInt8(ascii: "[")
            return place.isExact && isScalar ? [.replace(path: place.pointer, value: value)] : []
        default: return []
        }
    }

    /// Writes the patch as an array.
    package func write(to writer: inout JSONWriter) {
        writer.beginArray()
        for operation in operations {
            writer.beginObject()
            operation.write(to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    /// The patch as JSON.
    package var json: String {
        var writer = JSONWriter()
        write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension PatchSuggestion.Operation {
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .remove(let path):
            writer.member("op", "remove")
            writer.member("path", path)
        case .move(let from, let path):
            writer.member("op", "move")
            writer.member("from", from)
            writer.member("path", path)
        case .replace(let path, let value):
            writer.member("op", "replace")
            writer.member("path", path)
            writer.member("value", value)
        case .append(let path, let value):
            writer.member("op", "add")
            writer.member("path", path)
            writer.member("value", value)
        case .addList(let path, let values):
            writer.member("op", "add")
            writer.member("path", path)
            writer.key("value")
            writer.beginArray()
            for value in values { writer.string(value) }
            writer.endArray()
        }
    }
}
