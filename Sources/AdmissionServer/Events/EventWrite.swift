internal import ClusterState
internal import Digest
internal import JSONPull

/// An Event as it is to be stored now: created, or its series brought up to date.
struct EventWrite: Hashable, Sendable {
    var draft: EventDraft
    /// `metadata.name`.
    var name: String
    /// `eventTime`: when it happened first.
    var firstAt: WallTime
    var lastAt: WallTime
    var count: Int
    /// Whether it is not stored yet.
    var isCreation: Bool

    /// The API group, its version, and the resource.
    static let group = "events.k8s.io"
    static let version = "v1"
    static let resource = "events"
    /// `reportingController`.
    static let controller = "agentrun-admission"
    /// `ReportingInstanceLengthLimit` of the API server, in bytes.
    private static let maximumInstanceBytes = 128
    /// Longest `metadata.name`.
    private static let maximumNameBytes = 253
    private static let hashLength = 16

    /// A name for the Event: that of the object, cut, and a hash of all that makes it another one than others.
    static func name(for draft: EventDraft, firstAt: WallTime, instance: String) -> String {
        let regarding = draft.regarding
        let parts = [
            instance, regarding.apiVersion, regarding.kind, regarding.namespace, regarding.name, regarding.uid,
            draft.reason.rawValue, draft.note, String(firstAt.milliseconds),
        ]
        // Each part with its length in front: no two Events give the same text.
        let text = parts.reduce("event/1") { "\($0)/\($1.utf8.count):\($1)" }
        let hash = ExactString(SHA256.hexDigest(of: text)).prefix(bytes: hashLength)
        var name = Array(regarding.name.utf8.prefix(maximumNameBytes - hashLength - 1))
        // What is cut must not end in a hyphen or a dot.
        while let last = name.last, !last.isASCIIAlphanumeric { name.removeLast() }
        return "\(String(decoding: name, as: UTF8.self)).\(hash)"
    }

    /// The body of the request.
    func body(instance: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 2048)
        writer.beginObject()
        if isCreation { writeEvent(instance, to: &writer) }
        // One that happened once is no series.
        if count > 1 {
            writer.key("series")
            writer.beginObject()
            writer.member("count", count)
            writer.member("lastObservedTime", lastAt.text)
            writer.endObject()
        }
        writer.endObject()
        return writer.bytes
    }

    private func writeEvent(_ instance: String, to writer: inout JSONWriter) {
        writer.member("apiVersion", "\(Self.group)/\(Self.version)")
        writer.member("kind", "Event")
        writer.key("metadata")
        writer.beginObject()
        writer.member("name", name)
        writer.member("namespace", draft.regarding.namespace)
        writer.endObject()
        writer.member("eventTime", firstAt.text)
        writer.member("reportingController", Self.controller)
        writer.member("reportingInstance", ExactString(instance).prefix(bytes: Self.maximumInstanceBytes).string)
        writer.member("action", draft.reason.action)
        writer.member("reason", draft.reason.rawValue)
        writer.key("regarding")
        writer.beginObject()
        writer.member("apiVersion", draft.regarding.apiVersion)
        writer.member("kind", draft.regarding.kind)
        writer.member("namespace", draft.regarding.namespace)
        writer.member("name", draft.regarding.name)
        if !draft.regarding.uid.isEmpty { writer.member("uid", draft.regarding.uid) }
        writer.endObject()
        writer.member("note", draft.note)
        writer.member("type", draft.reason.type)
    }
}
