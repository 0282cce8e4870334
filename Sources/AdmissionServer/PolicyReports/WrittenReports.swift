internal import JSONPull
internal import KubernetesClient

/// Which reports of this product the cluster has, by namespace, and what each says.
struct WrittenReports: Sendable {
    /// Digests by namespace; nil for a report that does not tell.
    private var digests: [String: String?] = [:]

    init() {}

    /// Takes what a page of the list of reports holds; what is not this product's is passed over.
    mutating func add(_ body: [UInt8], _ items: [Range<Int>]) throws(AnswerProblem) {
        for item in items {
            do throws(JSONError) {
                let found = try JSONReader.read(Array(body[item])) { reader throws(JSONError) in
                    try Metadata(&reader)
                }
                guard found.name == PolicyReport.name, !found.namespace.isEmpty else { continue }
                digests[found.namespace] = .some(found.digest)
            } catch {
                throw .malformed(reason: "\(error)")
            }
        }
    }

    /// Whether the report of a namespace says that already.
    func says(_ digest: String, in namespace: String) -> Bool {
        digests[namespace] == .some(.some(digest))
    }

    /// Namespaces whose report has to go, as nothing is found there, in order.
    func superfluous(but wanted: [PolicyReport]) -> [String] {
        let wanted = Set(wanted.map(\.namespace))
        return digests.keys.filter { !wanted.contains($0) }.sorted()
    }

    private struct Metadata {
        var name = ""
        var namespace = ""
        var digest: String?

        init(_ reader: inout JSONReader) throws(JSONError) {
            var found = Metadata()
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "metadata": try found.readMetadata(&reader)
                default: try reader.skipValue()
                }
            }
            self = found
        }

        private init() {}

        private mutating func readMetadata(_ reader: inout JSONReader) throws(JSONError) {
            var found = self
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "name": found.name = try reader.readString() ?? ""
                case "namespace": found.namespace = try reader.readString() ?? ""
                case "annotations":
                    try reader.readMembers { reader, key throws(JSONError) in
                        switch key {
                        case "agentrun-admission/content-sha256": found.digest = try reader.readString()
                        default: try reader.skipValue()
                        }
                    }
                default: try reader.skipValue()
                }
            }
            self = found
        }
    }
}
