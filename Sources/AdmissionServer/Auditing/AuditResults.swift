internal import JSONPull
internal import Policy

/// The objects with findings that a round keeps for whoever reports them, and how many findings there are beside.
///
/// Of each namespace so many as a report can name, and those that deny have room of their own: neither do many warnings leave
/// out what denies, nor does one namespace leave out another. All together have a bound, too.
struct AuditResults: Sendable {
    /// Of one namespace, of those that deny, and of the others: each has one result of a report at least.
    static let maximumCount = PolicyReport.maximumResults

    private struct Namespace: Sendable {
        var denied = 0
        var others = 0
    }

    private var room = AuditRoom(deniedBytes: 8 << 20, otherBytes: 4 << 20)
    private var namespaces: [ExactString: Namespace] = [:]
    private(set) var kept: [AuditRound.Result] = []
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
        let count = verdict.allowed ? \Namespace.others : \Namespace.denied
        guard namespaces[object.namespace, default: .init()][keyPath: count] < Self.maximumCount,
            room.takes(verdict)
        else {
            for finding in verdict.findings { leftOut[object.namespace, default: .init()].add(.init(finding), 1) }
            return
        }
        namespaces[object.namespace, default: .init()][keyPath: count] += 1
        kept.append(AuditRound.Result(object: object, findings: verdict.findings))
    }
}
