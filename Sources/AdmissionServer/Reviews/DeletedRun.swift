internal import AdmissionAPI
internal import ClusterState
internal import JSONPull

/// An AgentRun that a request takes out of the cluster.
///
/// A DELETE removes an object that has no finalizer. One that has waits for them, still active, and goes with the
/// UPDATE that removes the last.
struct DeletedRun {
    let namespace: ExactString
    let name: ExactString
    /// `metadata.uid`; empty when unknown.
    let uid: ExactString

    /// The run `request` takes away once it is allowed; nil when it takes none.
    init?(_ request: AdmissionRequest, body: UnsafeRawBufferPointer) {
        // Nearly every review is of a CREATE.
        guard request.operation != .create, !request.dryRun, request.subResource.isEmpty,
            ClusterKind(group: request.kind.group.string, kind: request.kind.kind.string) == .agentRun
        else { return nil }
        switch request.operation {
        case .delete:
            // Absent from API servers that do not send the object: then the name must do.
            let object = request.oldObject.flatMap { unsafe Header(body, $0) } ?? Header()
            guard !object.hasFinalizers else { return nil }
            self.init(object, request)
        case .update:
            guard let range = request.object, let object = unsafe Header(body, range), object.isBeingDeleted,
                !object.hasFinalizers
            else { return nil }
            self.init(object, request)
        case .create, .connect, .unknown: return nil
        }
    }

    /// For a DELETE of a collection `request.name` is absent.
    private init?(_ object: Header, _ request: AdmissionRequest) {
        name = request.name.isEmpty ? object.name : request.name
        namespace = request.namespace.isEmpty ? object.namespace : request.namespace
        uid = object.uid
        guard !name.isEmpty else { return nil }
    }
}

/// What of an object's `metadata` tells whether it goes.
private struct Header {
    private(set) var name: ExactString = ""
    private(set) var namespace: ExactString = ""
    private(set) var uid: ExactString = ""
    private(set) var isBeingDeleted = false
    private(set) var hasFinalizers = false

    init() {}

    /// Nil when the bytes are no JSON, which the decoding of the review has ruled out.
    init?(_ body: UnsafeRawBufferPointer, _ range: Range<Int>) {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: body[range])
        do throws(JSONError) {
            try unsafe JSONReader.read(bytes) { reader throws(JSONError) in try read(&reader) }
        } catch {
            return nil
        }
    }

    private mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "metadata": try readMetadata(&reader)
            default: try reader.skipValue()
            }
        }
    }

    private mutating func readMetadata(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "name": name = ExactString(try reader.readString() ?? "")
            case "namespace": namespace = ExactString(try reader.readString() ?? "")
            case "uid": uid = ExactString(try reader.readString() ?? "")
            case "deletionTimestamp":
                isBeingDeleted = try reader.peek() != .null
                try reader.skipValue()
            case "finalizers": hasFinalizers = try Self.hasElements(&reader)
            default: try reader.skipValue()
            }
        }
    }

    private static func hasElements(_ reader: inout JSONReader) throws(JSONError) -> Bool {
        var hasElements = false
        try reader.readElements { reader, _ throws(JSONError) in
            hasElements = true
            try reader.skipValue()
        }
        return hasElements
    }
}
