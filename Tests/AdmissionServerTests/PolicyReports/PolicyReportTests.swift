import AgentRuns
import FakeAPIServer
import Foundation
import JSONPull
import KubernetesClient
import NIOPosix
import Prometheus
import Synchronization
import TestPatience
import Testing

@testable import AdmissionServer
@testable import Policy

@Suite(.limit(minutes: 5)) struct `Reports of an audit` {
    // MARK: What they hold

    static func subject(
        _ name: String,
        in namespace: String = "team",
        generation: Int64? = 1
    ) -> PolicyReportResult.Subject {
        PolicyReportResult.Subject(
            apiVersion: "agents.proompteng.ai/v1alpha1",
            kind: "AgentRun",
            namespace: namespace,
            name: name,
            uid: "uid-of-\(name)",
            generation: generation
        )
    }

    static func report(_ names: [String], in namespace: String = "team", denied: Bool = true) -> PolicyReport {
        var report = PolicyReport(namespace: namespace)
        for name in names {
            report.add(
                PolicyReportResult(
                    unreviewed: subject(name, in: namespace),
                    wouldBeDenied: denied,
                    explanation: "it was there before"
                )
            )
        }
        return report
    }

    private static func decode(_ report: PolicyReport, as api: PolicyReportAPI) throws -> [String: Any] {
        let json = report.json(as: api, digest: "d") { _ in 1_800_000_000 }
        return try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    }

    @Test func `have the form of their API`() throws {
        var report = Self.report(["one"])
        report.add(
            PolicyReportResult(
                unreviewed: Self.subject("two", generation: 3),
                wouldBeDenied: false,
                explanation: "a\u{202E}b"
            )
        )
        for api in PolicyReportAPI.allCases {
            let object = try Self.decode(report, as: api)
            #expect(object["apiVersion"] as? String == "\(api.rawValue)/\(api.version)")
            #expect(object["kind"] as? String == api.kind)
            let summary = try #require(object["summary"] as? [String: Int])
            #expect(summary == ["pass": 0, "fail": 1, "warn": 1, "error": 0, "skip": 0])
            let results = try #require(object["results"] as? [[String: Any]])
            #expect(results.map { $0["result"] as? String } == ["fail", "warn"])
            #expect(results.map { $0["severity"] as? String } == ["high", "medium"])
            #expect(results[0]["timestamp"] as? [String: Int] == ["seconds": 1_800_000_000, "nanos": 0])
            #expect(results[1]["message"] as? String == #"generation 3 was never reviewed: a\u202eb"#)
            let resource = try #require((results[0]["resources"] as? [[String: String]])?.first)
            #expect(resource["uid"] == "uid-of-one" && resource["kind"] == "AgentRun")
            let properties = try #require(results[0]["properties"] as? [String: String])
            #expect(properties["resultID"]?.utf8.count == 32)
            // Neither CustomResourceDefinition has the other's members.
            #expect((object["source"] != nil) == (api == .openReports))
            #expect((object["configuration"] != nil) == (api == .openReports))
        }
    }

    /// What readers take for new is what is new: not that another run has come or is older by now.
    @Test func `have results that stay the same whatever is said of others`() {
        func identity(
            _ message: String,
            at key: ExactString = "head",
            action: Action = .deny,
            generation: Int64 = 1
        ) -> String {
            let path = FieldPath("spec.parameters").member(key)
            let finding = Finding(
                rule: .headBranchConflict,
                reason: .headBranchConflict,
                action: action,
                field: path.text,
                path: path,
                message: message,
                remedy: "wait"
            )
            return PolicyReportResult(finding, of: Self.subject("one", generation: generation)).identity
        }
        let first = identity("held by a")
        #expect(identity("held by a and 1 more") == first)
        let long = String(repeating: "k", count: 600)
        let others = [
            identity("held by a", at: "base"), identity("held by a", action: .warn),
            identity("held by a", generation: 2), identity("held by a", at: ExactString("\(long)1")),
            identity("held by a", at: ExactString("\(long)2")),
        ]
        #expect(Set(others + [first]).count == 6)
    }

    @Test func `say what they left out, and fit into etcd`() throws {
        var report = PolicyReport(namespace: "team")
        let long = String(repeating: "\"", count: 4000)
        for number in 0..<3000 {
            report.add(
                PolicyReportResult(
                    unreviewed: Self.subject("run-\(number)"),
                    wouldBeDenied: number % 2 == 0,
                    explanation: number < 100 ? long : "short"
                )
            )
        }
        #expect(report.leftOutCount >= 3000 - PolicyReport.maximumResults)
        let json = report.json(as: .openReports, digest: String(repeating: "d", count: 64)) { _ in 0 }
        #expect(json.count < 3 << 19)
        let object = try Self.decode(report, as: .openReports)
        let metadata = try #require(object["metadata"] as? [String: Any])
        let annotations = try #require(metadata["annotations"] as? [String: String])
        #expect(annotations["agentrun-admission/results-left-out"] == String(report.leftOutCount))
        let summary = try #require(object["summary"] as? [String: Int])
        #expect(summary["fail"] == 1500 && summary["warn"] == 1500)
    }

    @Test func `have a digest of what they say, not of when it was found`() {
        let digest = Self.report(["one"]).digest(as: .openReports)
        #expect(digest == Self.report(["one"]).digest(as: .openReports))
        #expect(digest != Self.report(["one", "two"]).digest(as: .openReports))
        #expect(digest != Self.report(["one"], denied: false).digest(as: .openReports))
        #expect(digest != Self.report(["one"]).digest(as: .policyWorkingGroup))
    }

    @Test func `of a round are one a namespace, what denies first, and the same for the same findings`() throws {
        func object(_ name: ExactString, in namespace: ExactString) -> AuditRound.Object {
            AuditRound.Object(kind: "AgentRun", namespace: namespace, name: name, uid: "u", generation: 4)
        }
        func results(
            _ name: ExactString,
            in namespace: ExactString,
            _ findings: Finding...
        ) -> [PolicyReportResult] {
            findings.map { PolicyReportResult($0, of: .init(object(name, in: namespace))) }
        }
        let (warned, denied) = (
            Finding.example(.limits, .queueLimit, .warn), Finding.example(.limits, .queueLimit, .deny)
        )
        var round = AuditRound(beganAt: Timestamp(seconds: 1), policyDigest: "")
        let noted = Finding.example(.limits, .queueLimit, .audit)
        var exempt = noted
        exempt.exemption = "migration"
        round.results =
            results("b", in: "one", warned, denied) + results("a", in: "one", warned)
            + results("c", in: "two", noted) + results("d", in: "two", exempt)
        round.unreviewed = [
            .init(
                object: object("a", in: "one"),
                since: Timestamp(seconds: 1_770_000_000),
                isEarlier: false,
                decision: .denied,
                reasons: ["references/Missing"]
            )
        ]
        let reports = round.policyReports
        #expect(reports.map(\.namespace) == ["one", "two"])
        func lines(_ report: PolicyReport) -> [String] {
            report.results.map { "\($0.outcome.rawValue) \($0.subject.name) \($0.rule)" }
        }
        #expect(
            lines(reports[0]) == [
                "fail a NeverReviewed", "fail b QueueLimit", "warn a QueueLimit", "warn b QueueLimit",
            ]
        )
        #expect(lines(reports[1]) == ["warn c QueueLimit", "skip d QueueLimit"])
        #expect(reports[0].results[0].message.contains("would have denied it: references/Missing"))
        round.results.reverse()
        #expect(round.policyReports.map { $0.digest(as: .openReports) } == reports.map { $0.digest(as: .openReports) })
    }

    // MARK: How they are written

    /// A writer that runs, and what it told.
    private final class Written: Sendable {
        let writer: PolicyReportWriter
        private let counters: CounterMetrics<PolicyReportCount>
        /// Whether this replica writes.
        let isEntitled = Switch()
        private let log = Collected<String>()
        private let waits = Collected<Duration>()

        var events: [String] { log.values.withLock { $0 } }
        var sleeps: [Duration] { waits.values.withLock { $0 } }

        init(_ server: FakeAPIServer, _ api: PolicyReportAPI) throws {
            let files = CredentialFiles(read: { _ in [] }, monotonicMilliseconds: { 0 }, wallSeconds: { 0 })
            let client = try APIClient(on: FakeAPIServer.threads.next(), files: files) {
                () throws(AccessError) in
                try Kubeconfig.decode(Array(server.kubeconfig.utf8), file: "kubeconfig").access { _ in [] }
            }
            counters = AdmissionMetrics().policyReports
            writer = PolicyReportWriter(
                client: client,
                api: api,
                counters: counters,
                isEntitled: { [isEntitled] in isEntitled.isOn },
                now: { 1_800_000_000 },
                sleep: { [waits] wait in
                    waits.values.withLock { $0.append(wait) }
                    try await Task.sleep(for: .milliseconds(1))
                },
                onEvent: { [log] event in log.values.withLock { $0.append("\(event)") } }
            )
        }

        func count(_ count: PolicyReportCount) -> Int { Int(counters[count]?.value ?? 0) }

        /// Runs while `body` does.
        func run(_ body: () async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [writer] in await writer.run() }
                try await body()
                group.cancelAll()
            }
        }
    }

    private final class Switch: Sendable {
        private let state = Mutex(true)
        var isOn: Bool { state.withLock { $0 } }
        func turn(on isOn: Bool) { state.withLock { $0 = isOn } }
    }

    private final class Collected<Value: Sendable>: Sendable {
        let values = Mutex<[Value]>([])
    }

    private static func until(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<2000 {
            if try await condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("it did not come to pass")
    }

    @Test(arguments: [PolicyReportAPI.openReports, .policyWorkingGroup])
    func `are written where they say something new, and removed where nothing is found`(
        api: PolicyReportAPI
    ) async throws {
        let resource: FakeResource = api == .openReports ? .reports : .policyReports
        try await FakeAPIServer.run { server in
            // Somebody else's stays.
            try await server.create(
                ["kind": api.kind, "metadata": ["name": "other"]],
                in: resource,
                namespace: "gone"
            )
            let written = try Written(server, api)
            try await written.run {
                written.writer.publish([Self.report(["a"], in: "one"), Self.report(["b"], in: "two"), Self.report([])])
                try await Self.until { try await server.objects(in: resource).count == 3 }
                let before = try await server.object("agentrun-admission", in: resource, namespace: "one")
                written.writer.publish([Self.report(["a"], in: "one"), Self.report(["c"], in: "three")])
                try await Self.until {
                    try await server.objects(in: resource).map { "\($0.namespace)/\($0.name)" }.sorted()
                        == ["gone/other", "one/agentrun-admission", "three/agentrun-admission"]
                }
                let after = try await server.object("agentrun-admission", in: resource, namespace: "one")
                #expect(before?.version == after?.version)
                // Counted once the answer is there.
                try await Self.until { written.count(.written) == 3 && written.count(.removed) == 1 }
                #expect(written.events.isEmpty)
                // Another replica has written, and this one audits again.
                written.isEntitled.turn(on: false)
                written.writer.publish([Self.report(["x"], in: "one")])
                try await Task.sleep(for: .milliseconds(50))
                #expect(written.count(.written) == 3)
                written.isEntitled.turn(on: true)
                try await server.update(
                    "agentrun-admission",
                    in: resource,
                    namespace: "one",
                    merging: ["metadata": ["annotations": ["agentrun-admission/content-sha256": "other"]]]
                )
                written.writer.publish([Self.report(["a"], in: "one"), Self.report(["c"], in: "three")])
                try await Self.until { written.count(.written) == 4 }
            }
        }
    }

    @Test func `are nowhere where their definition is missing, which is told once`() async throws {
        try await FakeAPIServer.run { server in
            try await server.remove(resource: .reports)
            let written = try Written(server, .openReports)
            try await written.run {
                for _ in 0..<2 {
                    let count = written.count(.failed)
                    written.writer.publish([Self.report(["a"])])
                    try await Self.until { written.count(.failed) > count }
                }
                #expect(written.events == ["missing(AdmissionServer.PolicyReportAPI.openReports)"])
                #expect(written.sleeps.isEmpty)
                try await server.restore(resource: .reports)
                written.writer.publish([Self.report(["a"])])
                try await Self.until { written.events.last == "recovered" }
                #expect(try await server.objects(in: .reports).count == 1)
            }
        }
    }

    @Test(arguments: [FaultRule.Match(.list, .reports), FaultRule.Match(.patch, .reports)])
    func `without the right are tried again, and it is told once what to grant`(match: FaultRule.Match) async throws {
        try await FakeAPIServer.run { server in
            try await server.script(
                FaultRule(
                    matching: match,
                    times: 3,
                    .forbidden(user: "w", verb: "patch", .reports, namespace: "team")
                )
            )
            let written = try Written(server, .openReports)
            try await written.run {
                written.writer.publish([Self.report(["a"])])
                try await Self.until { written.events.last == "recovered" }
                #expect(written.events.count == 2)
                #expect(written.events[0].contains("grant the verbs list, create, patch and delete"))
                #expect(written.count(.failed) == 3)
                let sleeps = written.sleeps
                #expect(sleeps.count == 3 && sleeps[0] >= .seconds(5) && sleeps[2] >= .seconds(20))
            }
        }
    }

    @Test func `wait as long as a busy API server says`() async throws {
        try await FakeAPIServer.run { server in
            let busy = Fault.status(429, "TooManyRequests", "later", retryAfterSeconds: 77)
            try await server.script(FaultRule(matching: .init(.patch, .reports), times: 1, busy))
            let written = try Written(server, .openReports)
            try await written.run {
                written.writer.publish([Self.report(["a"])])
                try await Self.until { written.events.last == "recovered" }
                #expect(written.sleeps == [.seconds(77)])
            }
        }
    }

    @Test func `that the API server refuses keep no other from being written`() async throws {
        try await FakeAPIServer.run { server in
            let invalid = Fault.status(422, "Invalid", "no")
            try await server.script(FaultRule(matching: .init(.patch, .reports, namespace: "one"), times: nil, invalid))
            let written = try Written(server, .openReports)
            try await written.run {
                written.writer.publish([Self.report(["a"], in: "one"), Self.report(["b"], in: "two")])
                try await Self.until {
                    try await server.object("agentrun-admission", in: .reports, namespace: "two") != nil
                }
                try await Self.until { written.events.count == 1 }
            }
        }
    }
}
