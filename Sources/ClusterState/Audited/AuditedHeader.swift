package import AgentRuns
package import JSONPull

/// What an audit has to know of an object to decide whether it is judged.
package struct AuditedHeader {
    package private(set) var apiVersion: ExactString = ""
    package private(set) var kind: ExactString = ""
    package private(set) var namespace: ExactString = ""
    package private(set) var name: ExactString = ""
    /// Empty when absent.
    package private(set) var uid: ExactString = ""
    /// `metadata.generation`; nil when absent, and for a number no API server counts to.
    package private(set) var generation: Int64?
    /// When it was created, or its metadata or specification last written, whichever is later; nil where it does not tell.
    package private(set) var changedAt: Timestamp?
    /// `status.phase`; empty when absent.
    private var phase: ExactString = ""
    private var hasTemplateAnnotation = false
    /// Where the values stand that no rule reads: who wrote what, the status, and what was applied last.
    private(set) var unread: [Range<Int>] = []

    /// - Throws: `JSONError` when the bytes are not JSON.
    package init(_ object: UnsafeRawBufferPointer) throws(JSONError) {
        self = try unsafe JSONReader.read(object) { reader throws(JSONError) in try AuditedHeader(&reader) }
    }

    package func isOf(_ kind: ClusterKind) -> Bool { self.kind == ExactString(kind.rawValue) }

    /// Whether it is a run that is over, and stays so.
    var isOver: Bool { !hasTemplateAnnotation && RunStanding.isFinal(phase: phase.trimmed) }

    private init(_ reader: inout JSONReader) throws(JSONError) {
        var header = AuditedHeader()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "apiVersion": header.apiVersion = try reader.readExactString() ?? ""
            case "kind": header.kind = try reader.readExactString() ?? ""
            case "metadata": try header.readMetadata(&reader)
            case "status": try header.readStatus(&reader)
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
            case "uid": header.uid = try reader.readExactString() ?? ""
            case "generation":
                header.generation = try reader.readNumber().flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
            case "annotations": try header.readAnnotations(&reader)
            case "creationTimestamp": header.note(try reader.readExactString())
            case "managedFields": try header.readManagers(&reader)
            default: try reader.skipValue()
            }
        }
        self = header
    }

    private mutating func readAnnotations(_ reader: inout JSONReader) throws(JSONError) {
        var header = self
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "agents.proompteng.ai/template":
                header.hasTemplateAnnotation = try reader.readExactString()?.trimmed == "true"
            case "kubectl.kubernetes.io/last-applied-configuration": try header.passUnread(&reader)
            default: try reader.skipValue()
            }
        }
        self = header
    }

    private mutating func readStatus(_ reader: inout JSONReader) throws(JSONError) {
        var header = self
        header.phase = ""
        let start = try reader.beginning()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "phase": header.phase = try reader.readExactString() ?? ""
            default: try reader.skipValue()
            }
        }
        header.unread.append(start..<reader.position)
        self = header
    }

    /// `metadata.managedFields[]`, which is who wrote which fields, and when last; what a subresource wrote (`status`) is no
    /// change of the object.
    private mutating func readManagers(_ reader: inout JSONReader) throws(JSONError) {
        var header = self
        let start = try reader.beginning()
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
        header.unread.append(start..<reader.position)
        self = header
    }

    private mutating func passUnread(_ reader: inout JSONReader) throws(JSONError) {
        let start = try reader.beginning()
        try reader.skipValue()
        unread.append(start..<reader.position)
    }

    private mutating func note(_ time: ExactString?) {
        guard let time = time.flatMap({ Timestamp($0) }) else { return }
        changedAt = max(changedAt ?? time, time)
    }
}

extension JSONReader {
    /// Where the next value begins.
    fileprivate mutating func beginning() throws(JSONError) -> Int {
        _ = try peek()
        return position
    }
}
