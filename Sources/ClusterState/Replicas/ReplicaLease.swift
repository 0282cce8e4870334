internal import Digest
package import JSONPull

/// Notes of replicas as `coordination.k8s.io/v1` Leases, one a replica.
///
/// Leases of claims have another component, so that neither list has what belongs to the other.
package enum ReplicaLease {
    /// Every such Lease carries it; a list asks for no others.
    package static let labelSelector =
        "\(LeaseObject.managedBy)=\(LeaseObject.manager),\(LeaseObject.component)=\(component)"

    static let component = "replica"
    /// Of the name of a host that a Lease's name repeats: Linux has no longer ones.
    private static let readableLength = 64
    /// Hexadecimal digits of the hash of a host's name that is no DNS label.
    private static let hashLength = 10

    /// Keys of annotations.
    enum Annotation {
        static let digest = "admission.agents.proompteng.ai/policy-sha256"
        static let generation = "admission.agents.proompteng.ai/controller-generation"
        static let loadedAt = "admission.agents.proompteng.ai/policy-loaded-at"
        static let version = "admission.agents.proompteng.ai/version"
    }

    /// The Lease's name: `agentrun-admission-replica-` and the host's, with a hash where that is no DNS label itself.
    package static func name(host: String) -> String {
        var readable: [UInt8] = []
        for byte in host.utf8.prefix(readableLength) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): readable.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): readable.append(byte | 0x20)
            default: if let last = readable.last, last != UInt8(ascii: "-") { readable.append(UInt8(ascii: "-")) }
            }
        }
        while readable.last == UInt8(ascii: "-") { readable.removeLast() }
        var parts = ["agentrun-admission-replica"]
        if !readable.isEmpty { parts.append(String(decoding: readable, as: UTF8.self)) }
        if !readable.elementsEqual(host.utf8) {
            parts.append(String(Substring(SHA256.hexDigest(of: host).utf8.prefix(hashLength))))
        }
        return parts.joined(separator: "-")
    }

    /// The Lease as it is sent to be kept in `namespace`.
    ///
    /// `version` is the state it replaces, nil for a new one; `durationSeconds` is how long the note is good.
    package static func encode(
        _ note: ReplicaNote,
        namespace: String,
        replacing version: LeaseVersion? = nil,
        durationSeconds: Int
    ) -> [UInt8] {
        LeaseObject.encode(
            name: name(host: note.name.string),
            namespace: namespace,
            component: component,
            annotations: [
                (Annotation.digest, note.digest.string), (Annotation.generation, note.generation.string),
                (Annotation.loadedAt, note.loadedAt.string), (Annotation.version, note.version.string),
            ],
            replacing: version
        ) { writer in
            writer.member("holderIdentity", note.name.string)
            writer.member("leaseDurationSeconds", durationSeconds)
            writer.member("renewTime", note.renewedAt.text)
        }
    }

    /// Reads a Lease; nil when it is no replica's.
    ///
    /// Its texts are cut, but so that none that is too long is like one that is not.
    ///
    /// - Throws: `JSONError` when the bytes are not JSON.
    package static func decode(_ object: [UInt8]) throws(JSONError) -> SeenReplica? {
        try JSONReader.read(object) { reader throws(JSONError) in
            var fields = Fields()
            try fields.read(&reader)
            return fields.replica
        }
    }

    /// What of a Lease matters.
    private struct Fields {
        /// Longer than any name of a host and any digest.
        private static let maximumTextLength = 256

        private var name: ExactString = ""
        private var uid = ""
        private var resourceVersion = ""
        private var isReplica = (manager: false, component: false)
        private var digest: ExactString = ""
        private var generation: ExactString = ""
        private var loadedAt: ExactString = ""
        private var version: ExactString = ""
        private var holder: ExactString = ""
        private var renewTime: ExactString = ""

        mutating func read(_ reader: inout JSONReader) throws(JSONError) {
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "metadata": try readMetadata(&reader)
                case "spec":
                    try reader.readMembers { reader, key throws(JSONError) in
                        switch key {
                        case "holderIdentity": holder = try Self.text(&reader)
                        case "renewTime": renewTime = try Self.text(&reader)
                        default: try reader.skipValue()
                        }
                    }
                default: try reader.skipValue()
                }
            }
        }

        private mutating func readMetadata(_ reader: inout JSONReader) throws(JSONError) {
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "name": name = try Self.text(&reader)
                case "uid": uid = try reader.readString() ?? ""
                case "resourceVersion": resourceVersion = try reader.readString() ?? ""
                case "labels":
                    try reader.readMembers { reader, key throws(JSONError) in
                        switch key {
                        case "app.kubernetes.io/managed-by":
                            isReplica.manager = try Self.text(&reader) == ExactString(LeaseObject.manager)
                        case "app.kubernetes.io/component":
                            isReplica.component = try Self.text(&reader) == ExactString(ReplicaLease.component)
                        default: try reader.skipValue()
                        }
                    }
                case "annotations":
                    try reader.readMembers { reader, key throws(JSONError) in
                        switch key {
                        case "admission.agents.proompteng.ai/policy-sha256": digest = try Self.text(&reader)
                        case "admission.agents.proompteng.ai/controller-generation":
                            generation = try Self.text(&reader)
                        case "admission.agents.proompteng.ai/policy-loaded-at": loadedAt = try Self.text(&reader)
                        case "admission.agents.proompteng.ai/version": version = try Self.text(&reader)
                        default: try reader.skipValue()
                        }
                    }
                default: try reader.skipValue()
                }
            }
        }

        private static func text(_ reader: inout JSONReader) throws(JSONError) -> ExactString {
            ExactString(try reader.readString() ?? "").prefix(characters: maximumTextLength)
        }

        var replica: SeenReplica? {
            guard isReplica.manager, isReplica.component, !name.isEmpty, !uid.isEmpty, !resourceVersion.isEmpty
            else { return nil }
            return SeenReplica(
                leaseName: name,
                version: LeaseVersion(uid: uid, resourceVersion: resourceVersion),
                note: ReplicaNote(
                    name: holder,
                    version: version,
                    digest: digest,
                    generation: generation,
                    loadedAt: loadedAt,
                    // What cannot be read is as old as can be.
                    renewedAt: WallTime(renewTime) ?? WallTime(milliseconds: 0)
                )
            )
        }
    }
}
