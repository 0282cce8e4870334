internal import Digest
internal import JSONPull

/// What an audit found in one namespace, as the report APIs have it: one object a namespace.
package struct PolicyReport: Sendable {
    /// Of the object and its `source`.
    package static let name = "agentrun-admission"
    static let managedBy = "app.kubernetes.io/managed-by"
    /// What the report says, times left out: a report that says the same is not written again.
    static let digestAnnotation = "agentrun-admission/content-sha256"
    private static let leftOutAnnotation = "agentrun-admission/results-left-out"

    /// Results it names; the others are counted.
    package static let maximumResults = 1000
    /// What etcd takes of one object by default is 1.5 MiB.
    static let maximumBytes = 1 << 20

    package let namespace: String
    private(set) var results: [PolicyReportResult] = []
    private var counts: [PolicyReportResult.Outcome: Int] = [:]
    private var bytes = 0

    package init(namespace: String) {
        self.namespace = namespace
    }

    /// Nothing to report.
    package var isEmpty: Bool { counts.isEmpty }

    /// Results that are counted and not named.
    package var leftOutCount: Int { counts.values.reduce(0, +) - results.count }

    /// Adds a result; beyond the bounds it is counted.
    package mutating func add(_ result: PolicyReportResult) {
        counts[result.outcome, default: 0] += 1
        let size = result.maximumBytes
        guard results.count < Self.maximumResults, bytes + size <= Self.maximumBytes else { return }
        bytes += size
        results.append(result)
    }

    /// Counts results that are not named.
    mutating func count(_ leftOut: AuditRound.LeftOut) { counts.merge(leftOut.counts, uniquingKeysWith: +) }

    /// SHA-256 of what it says, in hexadecimal digits, times left out.
    func digest(as api: PolicyReportAPI) -> String {
        let content = json(as: api, digest: "") { _ in 0 }
        return SHA256.hexDigest(of: content)
    }

    /// The object for a server-side apply.
    ///
    /// - Parameters:
    ///   - api: whose form it has.
    ///   - digest: of ``digest(as:)``.
    ///   - foundAt: when the result of an identity was first found, in seconds since 1970.
    /// - Returns: JSON.
    func json(
        as api: PolicyReportAPI,
        digest: String,
        foundAt: (_ identity: String) -> Int64
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: bytes / 2 + 1024)
        writer.beginObject()
        writer.member("apiVersion", "\(api.rawValue)/\(api.version)")
        writer.member("kind", api.kind)
        writeMetadata(to: &writer, digest)
        if api == .openReports {
            writer.member("source", Self.name)
            writer.key("configuration")
            writer.beginObject()
            writer.key("limits")
            writer.beginObject()
            writer.member("maxResults", Self.maximumResults)
            writer.endObject()
            writer.endObject()
        }
        writer.key("summary")
        writer.beginObject()
        // Objects that nothing was found of are no results.
        writer.member("pass", 0)
        writer.member("fail", counts[.fail, default: 0])
        writer.member("warn", counts[.warn, default: 0])
        writer.member("error", 0)
        writer.member("skip", counts[.skip, default: 0])
        writer.endObject()
        writer.key("results")
        writer.beginArray()
        for result in results { result.write(to: &writer, foundAt: foundAt(result.identity)) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func writeMetadata(to writer: inout JSONWriter, _ digest: String) {
        writer.key("metadata")
        writer.beginObject()
        writer.member("name", Self.name)
        writer.member("namespace", namespace)
        writer.key("labels")
        writer.beginObject()
        writer.escapedKey(Self.managedBy)
        writer.string(Self.name)
        writer.endObject()
        writer.key("annotations")
        writer.beginObject()
        writer.escapedKey(Self.digestAnnotation)
        writer.string(digest)
        if leftOutCount > 0 {
            writer.escapedKey(Self.leftOutAnnotation)
            writer.string(String(leftOutCount))
        }
        writer.endObject()
        writer.endObject()
    }
}
