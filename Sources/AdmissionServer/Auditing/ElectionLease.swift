internal import AgentRuns
internal import ClusterState
internal import JSONPull

/// The Lease that says which replica audits, as far as an election reads it.
///
/// `holderIdentity`, `renewTime` and the others mean what they mean to client-go: `kubectl get leases` shows who it is.
struct ElectionLease: Sendable {
    /// What the holder says of itself.
    struct Record: Equatable, Sendable {
        /// Empty when nobody has it.
        var holder: ExactString = ""
        var durationSeconds = 0
        /// When the holder became it; as written.
        var acquireTime: ExactString = ""
        var renewTime: ExactString = ""
        /// How often it went from one holder to another.
        var transitions = 0
    }

    static let name = "agentrun-admission-audit"
    /// A server that writes longer ones has made no such Lease.
    private static let maximumTransitions = Int(Int32.max) - 1

    private(set) var record = Record()
    private(set) var version = LeaseVersion(uid: "", resourceVersion: "")

    init(record: Record, version: LeaseVersion) {
        (self.record, self.version) = (record, version)
    }

    /// - Throws: `JSONError` when the bytes are not JSON; what is missing or of another type is absent.
    init(_ body: [UInt8]) throws(JSONError) {
        self = try JSONReader.read(body) { reader throws(JSONError) in
            var lease = ElectionLease()
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "metadata": lease.version = try Self.version(&reader)
                case "spec": lease.record = try Self.record(&reader)
                default: try reader.skipValue()
                }
            }
            return lease
        }
    }

    private init() {}

    private static func version(_ reader: inout JSONReader) throws(JSONError) -> LeaseVersion {
        var (uid, resourceVersion) = ("", "")
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "uid": uid = try reader.readString() ?? ""
            case "resourceVersion": resourceVersion = try reader.readString() ?? ""
            default: try reader.skipValue()
            }
        }
        return LeaseVersion(uid: uid, resourceVersion: resourceVersion)
    }

    private static func record(_ reader: inout JSONReader) throws(JSONError) -> Record {
        var record = Record()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "holderIdentity": record.holder = try reader.readExactString() ?? ""
            case "leaseDurationSeconds":
                record.durationSeconds = try reader.readNumber().flatMap { Int($0) } ?? 0
            case "acquireTime": record.acquireTime = try reader.readExactString() ?? ""
            case "renewTime": record.renewTime = try reader.readExactString() ?? ""
            case "leaseTransitions":
                let count = try reader.readNumber().flatMap { Int($0) } ?? 0
                record.transitions = max(0, min(count, maximumTransitions))
            default: try reader.skipValue()
            }
        }
        return record
    }

    /// The Lease as it is sent; `version` is the state it replaces, nil for a new one.
    static func encode(_ record: Record, namespace: String, replacing version: LeaseVersion?) -> [UInt8] {
        LeaseObject.encode(name: name, namespace: namespace, component: "audit", replacing: version) { writer in
            writer.member("holderIdentity", record.holder.string)
            writer.member("leaseDurationSeconds", record.durationSeconds)
            writer.member("acquireTime", record.acquireTime.string)
            writer.member("renewTime", record.renewTime.string)
            writer.member("leaseTransitions", record.transitions)
        }
    }
}
