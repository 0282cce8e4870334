package import JSONPull

/// `metav1.ObjectMeta`, as far as anything here reads it.
package struct ObjectMeta: Sendable {
    /// Empty when absent.
    ///
    /// As written: it is stamped into labels untrimmed.
    package private(set) var name: ExactString = ""
    /// Prefix for a name the API server will make; empty when absent.
    package private(set) var generateName: ExactString = ""
    /// Empty when absent.
    package private(set) var namespace: ExactString = ""
    /// Empty when absent.
    package private(set) var uid: ExactString = ""
    /// Nil when absent, and where it is no number that an API server counts to: negative, or beyond 64 bits.
    package private(set) var generation: Int64?
    /// RFC 3339; empty when absent.
    package private(set) var creationTimestamp: ExactString = ""
    /// Whether `deletionTimestamp` is set: the object only waits for its finalizers.
    package private(set) var isBeingDeleted = false
    /// Whether annotation `agents.proompteng.ai/template` is, trimmed, `true`.
    package private(set) var hasTemplateAnnotation = false
    /// Whether annotation `agents.proompteng.ai/planning-artifact` is, trimmed, `true`.
    package private(set) var wantsPlanningArtifact = false
    /// `labels` whose values are strings, as written; of a repeated key the last.
    package private(set) var labels: [Label] = []

    /// One of `labels`.
    package struct Label: Sendable, Hashable {
        package var key: ExactString
        package var value: ExactString
    }

    /// Of an object that has none.
    package static let absent = ObjectMeta()

    private init() {}

    /// Reads `metadata`; anything but an object leaves everything absent.
    package init(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "name": self.name = try reader.readExactString() ?? ""
            case "generateName": self.generateName = try reader.readExactString() ?? ""
            case "namespace": self.namespace = try reader.readExactString() ?? ""
            case "uid": self.uid = try reader.readExactString() ?? ""
            case "generation": self.generation = try Self.generation(&reader)
            case "creationTimestamp": self.creationTimestamp = try reader.readExactString() ?? ""
            case "deletionTimestamp":
                self.isBeingDeleted = try reader.peek() != .null
                try reader.skipValue()
            case "annotations": try self.readAnnotations(&reader)
            case "labels": self.labels = try Self.labels(&reader)
            default: try reader.skipValue()
            }
        }
    }

    private static func generation(_ reader: inout JSONReader) throws(JSONError) -> Int64? {
        guard let number = try reader.readNumber().flatMap({ Int64($0) }), number >= 0 else { return nil }
        return number
    }

    private mutating func readAnnotations(_ reader: inout JSONReader) throws(JSONError) {
        var (isTemplate, wantsPlan) = (false, false)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "agents.proompteng.ai/template":
                isTemplate = try reader.readExactString()?.trimmed == "true"
            case "agents.proompteng.ai/planning-artifact":
                wantsPlan = try reader.readExactString()?.trimmed == "true"
            default: try reader.skipValue()
            }
        }
        (hasTemplateAnnotation, wantsPlanningArtifact) = (isTemplate, wantsPlan)
    }

    private static func labels(_ reader: inout JSONReader) throws(JSONError) -> [Label] {
        var written: [(key: ExactString, value: ExactString?)] = []
        try reader.readMembers { reader, key throws(JSONError) in
            try reader.countKept()
            let key = ExactString(key.string)
            written.append((key, try reader.readExactString()))
        }
        guard written.count > 1 else { return written.compactMap(Self.label) }
        var last: [ExactString: Int] = [:]
        for index in written.indices { last[written[index].key] = index }
        return written.indices.compactMap { last[written[$0].key] == $0 ? Self.label(written[$0]) : nil }
    }

    private static func label(_ member: (key: ExactString, value: ExactString?)) -> Label? {
        member.value.map { Label(key: member.key, value: $0) }
    }
}
