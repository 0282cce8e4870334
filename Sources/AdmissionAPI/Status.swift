internal import JSONPull

/// `metav1.Status` of something that failed.
package struct Status: Equatable, Sendable {
    /// `metav1.StatusDetails`: which object, and each single cause.
    package struct Details: Equatable, Sendable {
        package var name: String
        package var group: String
        package var kind: String
        package var uid: String
        package var causes: [Cause]

        package init(name: String, group: String, kind: String, uid: String, causes: [Cause]) {
            self.name = name
            self.group = group
            self.kind = kind
            self.uid = uid
            self.causes = causes
        }
    }

    /// `metav1.StatusCause`.
    package struct Cause: Equatable, Sendable {
        /// CamelCase, for machines.
        package var reason: String
        package var message: String
        /// Path of the field, empty when the cause is in none.
        package var field: String

        package init(reason: String, message: String, field: String) {
            self.reason = reason
            self.message = message
            self.field = field
        }
    }

    /// HTTP status code.
    package var code: Int
    /// CamelCase word kubectl prints in front: `Error from server (Forbidden): …`.
    package var reason: String
    /// For a person, one line.
    package var message: String
    package var details: Details?

    package init(code: Int, reason: String, message: String, details: Details? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    /// The status as a document of its own, the body of an HTTP error: compact JSON and a final newline.
    package func encoded() -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.key("kind")
        writer.string("Status")
        writer.key("apiVersion")
        writer.string("v1")
        writeMembers(to: &writer)
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    /// Writes the status as part of a response.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }

    private func writeMembers(to writer: inout JSONWriter) {
        writer.key("status")
        writer.string("Failure")
        writer.key("message")
        writer.string(message)
        writer.key("reason")
        writer.string(reason)
        if let details {
            writer.key("details")
            details.write(to: &writer)
        }
        writer.key("code")
        writer.integer(code)
    }
}

extension Status.Details {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.optional("name", name)
        writer.optional("group", group)
        writer.optional("kind", kind)
        writer.optional("uid", uid)
        writer.key("causes")
        writer.beginArray()
        for cause in causes {
            writer.beginObject()
            writer.key("reason")
            writer.string(cause.reason)
            writer.key("message")
            writer.string(cause.message)
            writer.optional("field", cause.field)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }
}

extension JSONWriter {
    /// Writes a member unless its value is empty, as the API's `omitempty` does.
    fileprivate mutating func optional(_ key: StaticString, _ value: String) {
        guard !value.isEmpty else { return }
        self.key(key)
        string(value)
    }
}
