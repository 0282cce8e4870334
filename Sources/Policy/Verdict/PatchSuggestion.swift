internal import AgentRuns
package import JSONPull

/// The mechanical part of putting findings right, as a JSON Patch (RFC 6902).
///
/// How each reason is put right its rule says (``Mend``); what only a person can decide has no patch.
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
        let mended = findings.compactMap { finding in finding.reason.mend.map { (finding: finding, mend: $0) } }
        if mended.isEmpty { return }
        let paths = mended.map { $0.finding.path?.key.path.string ?? "" }
        let fields = mended.flatMap(\.mend.fields)
        let places = unsafe JSONPath.places(of: paths + fields, in: object)
        let presentFields = Set(zip(fields, places.dropFirst(paths.count)).filter(\.1.isExact).map(\.0))
        for ((finding, mend), place) in zip(mended, places) {
            let mended = Mended(finding: finding, place: place, presentFields: presentFields)
            for operation in mend.operations(mended) {
                var writer = JSONWriter()
                operation.write(to: &writer)
                if written.insert(writer.bytes).inserted { operations.append(operation) }
            }
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
