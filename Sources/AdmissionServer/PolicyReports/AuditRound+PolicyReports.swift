internal import AgentRuns
internal import JSONPull

extension AuditRound {
    /// What it found, a report a namespace, in order.
    ///
    /// The same findings make the same reports: what denies comes first, then objects by kind and name.
    package var policyReports: [PolicyReport] {
        var results: [String: [PolicyReportResult]] = [:]
        for result in self.results { results[result.subject.namespace, default: []].append(result) }
        for run in unreviewed ?? [] {
            let subject = PolicyReportResult.Subject(run.object)
            results[subject.namespace, default: []].append(PolicyReportResult(run, of: subject))
        }
        var leftOut: [String: LeftOut] = [:]
        for (namespace, counts) in self.leftOut {
            leftOut[PolicyReportResult.Subject.shown(namespace), default: .init()].add(counts)
        }
        return Set(results.keys).union(leftOut.keys).sorted().map { namespace in
            var report = PolicyReport(namespace: namespace)
            if let leftOut = leftOut[namespace] { report.count(leftOut) }
            let sorted = results[namespace, default: []].enumerated().sorted { one, other in
                (one.element.order, one.offset) < (other.element.order, other.offset)
            }
            for result in sorted { report.add(result.element) }
            return report
        }
    }
}

extension PolicyReportResult.Subject {
    init(_ object: AuditRound.Object) {
        self.init(
            apiVersion: object.apiVersion,
            kind: object.kind,
            namespace: object.namespace.string,
            name: object.name.string,
            uid: object.uid.string,
            generation: object.generation
        )
    }
}

extension PolicyReportResult {
    /// Findings of one object are in the order of its verdict.
    fileprivate var order: Order {
        Order(
            outcome: Outcome.allCases.firstIndex(of: outcome) ?? 0,
            kind: subject.kind,
            name: subject.name
        )
    }

    fileprivate struct Order: Comparable {
        let outcome: Int
        let kind: String
        let name: String

        static func < (one: Order, other: Order) -> Bool {
            (one.outcome, ExactString(one.kind), ExactString(one.name))
                < (other.outcome, ExactString(other.kind), ExactString(other.name))
        }
    }

    init(_ run: AuditRound.Unreviewed, of subject: Subject) {
        let since = run.since.map { "as it is since \($0.text)" } ?? "for a time it does not tell"
        let begun = run.isEarlier ? ", which is before reviews began to leave marks" : ""
        let decision =
            switch run.decision {
            case .allowed: "the policy would have admitted it"
            case .warned: "the policy would have warned: \(run.reasons.joined(separator: ", "))"
            case .denied: "the policy would have denied it: \(run.reasons.joined(separator: ", "))"
            case .notJudged: "what the policy says of it is not known, as it is too large to be kept"
            }
        self.init(
            unreviewed: subject,
            wouldBeDenied: run.decision == .denied,
            explanation: "\(since)\(begun); \(decision)"
        )
    }
}
