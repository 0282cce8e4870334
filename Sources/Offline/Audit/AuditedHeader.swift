internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull

/// What an audit has to know of an object to decide whether it is judged.
struct AuditedHeader {
    private(set) var kind: ExactString = ""
    private(set) var namespace: ExactString = ""
    private(set) var name: ExactString = ""
    /// When it was created, or its metadata or specification last written, whichever is later; nil where it does not tell.
    private(set) var changedAt: Timestamp?

    /// - Throws: `AdmissionReviewError` when the bytes are not JSON.
    init(_ object: UnsafeRawBufferPointer) throws(AdmissionReviewError) {
        do {
            self = try unsafe JSONReader.read(object) { reader throws(JSONError) in try AuditedHeader(&reader) }
        } catch {
            throw .invalidJSON(unsafe error.located(in: object))
        }
    }

    private init(_ reader: inout JSONReader) throws(JSONError) {
        var header = AuditedHeader()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "kind": header.kind = try reader.readExactString() ?? ""
            case "metadata": try header.readMetadata(&reader)
            default: try reader.skipValue()
            }
        }
        self = header
    }

    private init() {}

    private mutating func readMetadata(_ reader: inout JSONReader) throws(JSONError) {
        var header = self
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "name": header.name = try reader.readExactString() ?? ""
            case "namespace": header.namespace = try reader.readExactString() ?? ""
            case "creationTimestamp": header.note(try reader.readExactString())
            case "managedFields": try header.readManagers(&reader)
            default: try reader.skipValue()
            }
        }
        self = header
    }

    /// `metadata.managedFields[]`, which is who wrote which fields, and when last; what a subresource wrote (`status`) is no
    /// change of the object.
    private mutating func readManagers(_ reader: inout JSONReader) throws(JSONError) {
        var header = self
        try reader.readElements { reader, _ throws(JSONError) in
            var time: ExactString?
            var subresource: ExactString = ""
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "time": time = try reader.readExactString()
                case "subresource": subresource = try reader.readExactString() ?? ""
                default: try reader.skipValue()
                }
            }
            if subresource.isEmpty { header.note(time) }
        }
        self = header
    }

    private mutating func note(_ time: ExactString?) {
        guard let time = time.flatMap({ Timestamp($0) }) else { return }
        changedAt = max(changedAt ?? time, time)
    }
}
