internal import JSONPull

/// One object of a manifest file, lent for the time of a call.
@safe
package struct ManifestObject {
    /// The object as JSON; must not outlive the call that lends it.
    package let json: UnsafeRawBufferPointer
    /// API group, empty for the core group.
    package let group: String
    /// API version without its group.
    package let version: String
    /// `kind`; empty when absent.
    package let kind: String
    /// Whether there is a `status` that says something.
    package let hasStatus: Bool
    /// Where its JSON comes from.
    package let origin: ManifestOrigin

    init(json: UnsafeRawBufferPointer, envelope: ManifestEnvelope, origin: ManifestOrigin) {
        unsafe self.json = json
        (group, version) = envelope.groupVersion
        kind = envelope.kind
        hasStatus = envelope.hasStatus
        self.origin = origin
    }
}

/// What one look over an object's own members tells.
struct ManifestEnvelope {
    var apiVersion = ""
    var kind = ""
    var hasStatus = false
    /// Where `metadata` stands.
    var metadata: Range<Int>?
    /// Where `items` stands; nil without any, and nil inside of that if it is no list.
    ///
    /// Whatever has items is a list to kubectl, be it of kind `List`, `AgentRunList` or any other.
    var items: Range<Int>??
    /// Where the object stands.
    var range = 0..<0

    /// Reads the next value of `reader`; nil, and the value is passed over, when it is no object.
    static func read(_ reader: inout JSONReader) throws(JSONError) -> ManifestEnvelope? {
        var envelope = ManifestEnvelope()
        let isObject = try reader.peek() == .object
        let start = reader.position
        guard isObject, try reader.enterObject() else {
            try reader.skipValue()
            return nil
        }
        var isFirst = true
        while let key = try reader.nextKey(&isFirst) { try envelope.readMember(key, &reader) }
        envelope.range = start..<reader.position
        return envelope
    }

    private mutating func readMember(_ key: JSONKey, _ reader: inout JSONReader) throws(JSONError) {
        switch key {
        case "apiVersion": apiVersion = try reader.readString() ?? ""
        case "kind": kind = try reader.readString() ?? ""
        case "metadata": metadata = try reader.skipValue()
        case "status": hasStatus = try Self.hasMembers(&reader)
        case "items":
            let kind = try reader.peek()
            let range = try reader.skipValue()
            items = .some(kind == .array || kind == .null ? range : nil)
        default: try reader.skipValue()
        }
    }

    /// Whether the next value, which is passed over, is an object with anything in it that is not null.
    private static func hasMembers(_ reader: inout JSONReader) throws(JSONError) -> Bool {
        guard try reader.peek() == .object, try reader.enterObject() else {
            try reader.skipValue()
            return false
        }
        var (isFirst, hasMembers) = (true, false)
        while (try reader.nextKey(&isFirst)) != nil {
            if try reader.peek() != .null { hasMembers = true }
            try reader.skipValue()
        }
        return hasMembers
    }

    /// The parts of `apiVersion` before and behind the slash; the core group is empty.
    var groupVersion: (group: String, version: String) {
        let apiVersion = ExactString(apiVersion)
        let (group, version) = apiVersion.cut(atFirst: "/") ?? ("", apiVersion)
        return (group.string, version.string)
    }

    /// Why kubectl takes it for no object at all; nil when it does.
    var reasonForNone: String? {
        if kind.isEmpty { return "no object of Kubernetes: kind is missing, or no string (write it)" }
        if apiVersion.isEmpty { return "no object of Kubernetes: apiVersion is missing, or no string (write it)" }
        let version = ExactString(apiVersion).cut(atFirst: "/")?.after
        guard let version, version.has(UInt8(ascii: "/")) else { return nil }
        return "no object of Kubernetes: apiVersion has two slashes (write group/version)"
    }

    /// Whether it has more in common with an object than a key: a chart has an `apiVersion`, and values may have a `kind`.
    var looksLikeObject: Bool { metadata != nil && !(kind.isEmpty && apiVersion.isEmpty) }

    /// The kind of the items of a list whose kind says it.
    private var itemKind: ExactString? { ExactString(kind).dropping(suffix: "List") }

    /// What the items of a list are that do not say it themselves, as in an answer of the API server.
    var itemDefaults: ManifestEnvelope {
        var defaults = ManifestEnvelope()
        guard let itemKind, !itemKind.isEmpty else { return defaults }
        defaults.apiVersion = apiVersion
        defaults.kind = itemKind.string
        return defaults
    }

    mutating func fill(from defaults: ManifestEnvelope) {
        if apiVersion.isEmpty { apiVersion = defaults.apiVersion }
        if kind.isEmpty { kind = defaults.kind }
    }
}
