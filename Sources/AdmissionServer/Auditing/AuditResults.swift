internal import JSONPull
internal import Policy

/// What a round keeps of findings for whoever reports them, and how many there are beside.
///
/// Of each namespace so many objects as a report can name, and those that deny have room of their own: neither do many warnings
/// leave out what denies, nor does one namespace leave out another. All together have a bound, too. What is kept is fit to print, cut,
/// and holds nothing of an object fast.
struct AuditResults: Sendable {
    /// Objects of one namespace, of those that deny, and of the others: each has one result of a report at least.
    static let maximumCount = PolicyReport.maximumResults
    /// As much as some 5,000 results take in a report.
    private static let maximumDeniedBytes = 8 << 20
    private static let maximumOtherBytes = 4 << 20

    /// What has been kept of the objects that deny, or of the others.
    private struct Share: Sendable {
        var bytes = 0
        var counts: [ExactString: Int] = [:]
    }

    private var denied = Share()
    private var others = Share()
    private(set) var kept: [PolicyReportResult] = []
    private(set) var leftOut: [ExactString: AuditRound.LeftOut] = [:]

    init() {}

    /// Takes what was found of an object.
    mutating func add(_ verdict: Verdict, of object: AuditRound.Object) {
        if verdict.omitted.count > 0 {
            for (kind, count) in verdict.omitted.counts {
                leftOut[object.namespace, default: .init()].add(.init(kind.action), count)
            }
        }
        guard !verdict.findings.isEmpty else { return }
        let results =
            verdict.allowed
            ? Self.results(of: verdict, object, within: Self.maximumOtherBytes, &others)
            : Self.results(of: verdict, object, within: Self.maximumDeniedBytes, &denied)
        if let results {
            kept += results
        } else {
            for finding in verdict.findings { leftOut[object.namespace, default: .init()].add(.init(finding), 1) }
        }
    }

    /// Nil where there is no room left for them.
    private static func results(
        of verdict: Verdict,
        _ object: AuditRound.Object,
        within maximumBytes: Int,
        _ share: inout Share
    ) -> [PolicyReportResult]? {
        let count = share.counts[object.namespace, default: 0]
        guard count < maximumCount, share.bytes < maximumBytes else { return nil }
        let subject = PolicyReportResult.Subject(object)
        let results = verdict.findings.map { PolicyReportResult($0, of: subject) }
        let bytes = results.reduce(share.bytes) { $0 + $1.maximumBytes }
        // A thousand findings of one object may take as much as all that is left.
        guard bytes <= maximumBytes else { return nil }
        share.bytes = bytes
        share.counts[object.namespace] = count + 1
        return results
    }
}
