/// Changes of a JSON document, one after the other (RFC 6902): of its operations those that are made here.
package struct JSONPatch: Equatable, Sendable {
    /// One operation.
    package enum Operation: Sendable {
        case remove(path: String)
        case move(from: String, path: String)
        case replace(path: String, value: String)
        /// A text at the end of a list; `path` is that of the list and `/-`.
        case append(path: String, value: String)
        /// A list where there was none.
        case addList(path: String, values: [String])
    }

    package private(set) var operations: [Operation] = []

    package init(_ operations: [Operation] = []) {
        for operation in operations { add(operation) }
    }

    package var isEmpty: Bool { operations.isEmpty }

    /// Adds an operation unless it is there; two lists for one place become one.
    package mutating func add(_ operation: Operation) {
        // As many as a verdict has findings, of which a few are put right.
        if operations.contains(operation) { return }
        if case .addList(let path, let values) = operation {
            for index in operations.indices {
                guard case .addList(let other, let known) = operations[index],
                    ExactString(other) == ExactString(path)
                else { continue }
                let more = values.filter { value in !known.contains { ExactString($0) == ExactString(value) } }
                operations[index] = .addList(path: path, values: known + more)
                return
            }
        }
        operations.append(operation)
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

    /// The document as it is after all of them; nil when one does not fit it, or it is no JSON.
    package func applied(to document: [UInt8]) -> [UInt8]? {
        guard var tree = JSONTree(document) else { return nil }
        for operation in operations where !tree.apply(operation) { return nil }
        return tree.json
    }
}

extension JSONPatch.Operation: Equatable {
    /// Byte for byte: equal strings may have other bytes.
    package static func == (one: Self, other: Self) -> Bool {
        switch (one, other) {
        case (.remove, .remove), (.move, .move), (.replace, .replace), (.append, .append), (.addList, .addList):
            one.texts == other.texts
        default: false
        }
    }

    private var texts: [ExactString] {
        switch self {
        case .remove(let path): [ExactString(path)]
        case .move(let path, let text), .replace(let path, let text), .append(let path, let text):
            [ExactString(path), ExactString(text)]
        case .addList(let path, let values): [ExactString(path)] + values.map { ExactString($0) }
        }
    }

    /// The places it names.
    package var paths: [String] {
        switch self {
        case .remove(let path), .replace(let path, _), .append(let path, _), .addList(let path, _): [path]
        case .move(let from, let path): [from, path]
        }
    }

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
