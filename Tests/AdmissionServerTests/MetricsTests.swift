import ClusterState
import HTTPServer
import NIOCore
import NIOEmbedded
import Prometheus
import TLS
import Testing

@testable import AdmissionServer
@testable import Policy

extension ServiceUnderTest {
    /// The values of the samples of a metric whose labels hold `text`.
    func metricLines(_ name: String, _ text: String = "") -> [String] {
        String(decoding: metrics.registry.text(), as: UTF8.self).split(separator: "\n")
            .filter { line in
                let rest = line.dropFirst(AdmissionMetrics.prefix.utf8.count + name.utf8.count)
                return line.hasPrefix(AdmissionMetrics.prefix + name) && "{ ".contains(rest.first ?? "x")
                    && rest.contains(text)
            }
            .map { String($0.split(separator: " ").last ?? "") }
    }
}

@Suite struct `Metrics of reviews` {
    private let service = ServiceUnderTest()

    @Test func `are there before the first`() {
        #expect(service.metricLines("reviews_total", #"verdict="denied""#) == ["0"])
        #expect(service.metricLines("review_duration_seconds_count") == ["0"])
        let conflicts = #"rule="head-branch-conflict",reason="HeadBranchConflict",action="Deny""#
        #expect(service.metricLines("findings_total", conflicts) == ["0"])
        #expect(service.metricLines("reviews_in_flight") == ["0"])
    }

    @Test func `count by operation, kind, verdict and dry run`() {
        _ = service.post(Review(name: "one"))
        _ = service.post(Review(name: "two"))
        var third = Review(name: "three", head: "codex/three")
        third.dryRun = true
        _ = service.post(third)
        _ = service.post("no review")
        let create = #"operation="CREATE",kind="AgentRun""#
        #expect(
            service.metricLines("reviews_total", #"{\#(create),verdict="allowed",dry_run="false"}"#) == ["1"]
        )
        #expect(service.metricLines("reviews_total", #"{\#(create),verdict="denied",dry_run="false"}"#) == ["1"])
        #expect(service.metricLines("reviews_total", #"{\#(create),verdict="allowed",dry_run="true"}"#) == ["1"])
        #expect(service.metricLines("reviews_total", #"verdict="errored""#) == ["1"])
        #expect(service.metricLines("review_duration_seconds_count") == ["4"])
        let conflicts = #"rule="head-branch-conflict",reason="HeadBranchConflict",action="Deny""#
        #expect(service.metricLines("findings_total", conflicts) == ["1"])
    }

    @Test func `have no label a client can make up`() {
        let review = Review().text
            .replacing(#""operation":"CREATE""#, with: #""operation":"INVENTED""#)
            .replacing(#""kind":"AgentRun"},"resource""#, with: #""kind":"Invented"},"resource""#)
        _ = service.post(review)
        #expect(!String(decoding: service.metrics.registry.text(), as: UTF8.self).lowercased().contains("invented"))
        #expect(service.metricLines("reviews_total", #"operation="other""#).contains("1"))
    }

    @Test func `have a series for every rule, reason and action`() {
        let row = service.metrics.reviews
        let verdict = Verdict.example
        let findings = RuleID.allCases.flatMap { rule in
            (rule.reasons + [.ruleFailed]).flatMap { reason in
                [Action.audit, .warn, .deny].map { Finding.example(rule, reason, $0) }
            }
        }
        verdict.findings = findings
        row.judged(verdict, in: .milliseconds(1))
        #expect(service.metricLines("findings_total") == findings.map { _ in "1" })
    }

    @Test func `count what exemptions cover, of the policy in use alone`() throws {
        let service = ServiceUnderTest(policy: .withExemptions)
        service.metrics.observePolicy(service.engine)
        #expect(service.metricLines("exempted_findings_total") == ["0", "0"])
        let verdict = Verdict.example
        var finding = Finding.example(.limits, .queueLimit, .audit)
        finding.exemption = "incident-1"
        let count = AnswerBudget.maximumFindings + 1
        verdict.findings = [Finding.example(.limits, .queueLimit, .audit)] + Array(repeating: finding, count: count)
        verdict.limitFindings()
        service.metrics.reviews.judged(verdict, in: .milliseconds(1))
        let own = #"exemption="incident-1""#
        #expect(service.metricLines("exempted_findings_total", own) == ["\(count)"])
        #expect(service.metricLines("exempted_findings_total", #"exemption="a \"b\"""#) == ["0"])
        service.engine.replace(with: PolicyEngine(policy: .builtIn))
        #expect(service.metricLines("exempted_findings_total") == [])
        service.engine.replace(with: PolicyEngine(policy: .withExemptions))
        #expect(service.metricLines("exempted_findings_total", own) == ["0"])
    }

    @Test func `show the reviews in flight`() throws {
        let eventLoop = EmbeddedEventLoop()
        service.begin(Review(name: "one"), on: eventLoop)
        service.begin(Review(name: "two"), on: eventLoop)
        #expect(service.metricLines("reviews_in_flight") == ["2"])
        eventLoop.run()
        #expect(service.metricLines("reviews_in_flight") == ["0"])
    }
}

@Suite struct `Reviews beyond those that may be in flight` {
    @Test func `are told to try again, and judged when there is room`() throws {
        let service = ServiceUnderTest(inFlight: ReviewsInFlight(maximum: 2))
        let eventLoop = EmbeddedEventLoop()
        service.begin(Review(name: "one", head: "codex/1"), on: eventLoop)
        service.begin(Review(name: "two", head: "codex/2"), on: eventLoop)
        let third = service.begin(Review(name: "three", head: "codex/3"), on: eventLoop)
        let answer = try #require(third, "the third review waits")
        #expect(answer.status == 503)
        #expect(answer.headers.map(\.name) == ["retry-after"])
        #expect(answer.headers.map(\.value) == ["1"])
        #expect(answer.closesConnection)
        #expect(service.metricLines("requests_shed_total", "in_flight") == ["1"])
        eventLoop.run()
        #expect(service.metricLines("reviews_in_flight") == ["0"])
        #expect(service.post(Review(name: "three", head: "codex/3")).allowed == true)
    }
}

@Suite struct `Metrics of the transport` {
    private let service = ServiceUnderTest()
    private var transport: TransportMetrics { service.metrics.transport }

    @Test func `count connections by protocol`() {
        transport.opened(.http2)
        transport.opened(.http2)
        transport.closed(.http2)
        #expect(service.metricLines("connections", #""h2""#) == ["1"])
        #expect(service.metricLines("connections_total", #""h2""#) == ["2"])
        #expect(service.metricLines("connections_total", #""http/1.1""#) == ["0"])
    }

    @Test func `count connections that were ended, and those that could not be accepted`() {
        for reason in HTTPConnectionEnd.allCases { transport.ended(reason) }
        transport.ended(.yielded)
        #expect(service.metricLines("connections_ended_total", #""yielded""#) == ["2"])
        #expect(service.metricLines("connections_ended_total", #""key_updates""#) == ["1"])
        transport.couldNotAccept()
        #expect(service.metricLines("accept_failures_total") == ["1"])
    }

    @Test(arguments: [
        (HTTPRequestError.tooManyBodyBytes, "requests_shed_total", "body_budget"),
        (.tooManyConnections, "requests_shed_total", "connections"),
        (.bodyTooLarge(maximumBytes: 1), "requests_oversize_total", "body"),
        (.headTooLarge(maximumBytes: 1), "requests_oversize_total", "head"),
        (.headTimedOut, "request_timeouts_total", "head"), (.bodyTimedOut, "request_timeouts_total", "body"),
    ])
    func `count what was refused`(error: HTTPRequestError, name: String, label: String) {
        transport.refused(error)
        #expect(service.metricLines(name, "\"\(label)\"") == ["1"])
        #expect(service.metricLines(name).filter { $0 != "0" } == ["1"])
    }

    @Test(arguments: HTTPTimeout.allCases)
    func `count time-outs`(phase: HTTPTimeout) {
        transport.timedOut(phase)
        #expect(service.metricLines("request_timeouts_total", "\"\(phase.rawValue)\"") == ["1"])
    }

    @Test(arguments: [
        (HandshakeFailure.peerAlert(code: 48, name: "unknown_ca"), "certificate_refused"),
        (.peerAlert(code: 40, name: "handshake_failure"), "peer_alert"), (.plainHTTP, "plain_http"),
        (.noSharedProtocol, "no_shared_protocol"), (.noSharedCipher, "no_shared_cipher"),
        (.unsupportedVersion, "unsupported_version"), (.clientCertificate, "client_certificate"),
        (.truncated, "truncated"), (.timedOut, "timed_out"), (.protocolViolation("any"), "protocol_violation"),
    ])
    func `count every way a handshake fails`(failure: HandshakeFailure, label: String) {
        transport.handshakeFailed(failure)
        #expect(service.metricLines("handshake_failures_total", "\"\(label)\"") == ["1"])
    }
}

@Suite struct `Metrics that others fill` {
    private let service = ServiceUnderTest()
    private var metrics: AdmissionMetrics { service.metrics }

    @Test func `are named from the start`() {
        let names = Set(metrics.registry.names)
        for name in [
            "state_objects", "state_age_seconds", "state_synced", "state_needed", "state_relists_total",
            "state_watch_events_total",
            "state_failures_total", "claims_total", "claims_held", "reloads_total", "reload_failed",
            "certificate_expiry_seconds",
            "decision_log_records_total", "decision_log_dropped_total", "build_info",
        ] {
            #expect(names.contains(AdmissionMetrics.prefix + name), "\(name)")
        }
    }

    @Test func `are one line each to fill`() {
        metrics.observeState {
            [StateFigures(kind: .agentRun, objects: 7, ageSeconds: nil, isSynced: false)]
        }
        metrics.observePolicy(Current(PolicyEngine(policy: .builtIn)))
        metrics.observeClaims { 3 }
        metrics.observeServingCertificate { UnixTime.now().adding(seconds: -100) }
        metrics.claims[.takenOver]?.increment()
        let (one, two) = (FeedFigures(), FeedFigures())
        metrics.observeFeed {
            [one, two].map { (ClusterSource(kind: .agentRun, namespace: nil), $0) }
        }
        one.countList()
        two.countList()
        two.countEvents(5)
        metrics.decisionLog.dropped.increment(by: 2)
        let record = ReloadRecord(name: "policy")
        metrics.observeReloads(record)
        record.fail("why")
        record.succeed()
        record.fail("why")
        #expect(service.metricLines("state_objects", "AgentRun") == ["7"])
        #expect(service.metricLines("state_synced", "AgentRun") == ["0"])
        #expect(service.metricLines("state_needed", #""Agent""#) == ["1"])
        #expect(service.metricLines("state_needed", "SecretBinding") == ["0"])
        #expect(service.metricLines("state_age_seconds") == [])
        #expect(service.metricLines("claims_held") == ["3"])
        #expect(service.metricLines("claims_total", "taken_over") == ["1"])
        #expect(service.metricLines("state_relists_total", #""AgentRun""#) == ["2"])
        #expect(service.metricLines("state_watch_events_total", #""AgentRun""#) == ["5"])
        #expect(service.metricLines("state_failures_total", #""AgentRun""#) == ["0"])
        #expect(service.metricLines("reload_failed", #"what="policy""#) == ["1"])
        #expect(service.metricLines("decision_log_dropped_total") == ["2"])
        #expect(service.metricLines("reloads_total", #"what="policy",outcome="failed""#) == ["2"])
        #expect(service.metricLines("reloads_total", #"what="policy",outcome="succeeded""#) == ["1"])
        #expect(service.metricLines("certificate_expiry_seconds").first.flatMap { Int($0) } ?? 0 < -98)
    }
}

@Suite struct `GET /metrics` {
    private let endpoint = MetricsEndpoint(
        registry: AdmissionMetrics().registry,
        readinessChecks: [Listening().readiness]
    )

    private func head(_ method: HTTPRequestMethod, _ target: String) -> HTTPRequestHead {
        HTTPRequestHead(method: method, target: target, version: .http11, contentLength: 0)
    }

    @Test func `answers in the text format`() throws {
        #expect(endpoint.refusal(of: head(.get, "/metrics?x=y")) == nil)
        let request = HTTPRequest(head: head(.get, "/metrics"), body: ByteBuffer())
        let answer = try #require(endpoint.answer(request, on: EmbeddedEventLoop()) { _ in }, "it waits")
        #expect(answer.status == 200)
        #expect(answer.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(String(buffer: answer.body).hasPrefix("# HELP agentrun_admission_"))
        #expect(String(buffer: answer.body).hasSuffix("\n"))
    }

    @Test func `answers in the format that is asked for`() throws {
        func type(_ accept: String?) -> String? {
            let head = HTTPRequestHead(
                method: .get,
                target: "/metrics",
                version: .http11,
                accept: accept,
                contentLength: 0
            )
            let request = HTTPRequest(head: head, body: ByteBuffer())
            return endpoint.answer(request, on: EmbeddedEventLoop()) { _ in }?.contentType
        }
        #expect(type("application/openmetrics-text") == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(type("text/plain") == "text/plain; version=0.0.4; charset=utf-8")
    }

    @Test(arguments: [("/livez", 200, "ok"), ("/readyz?verbose", 503, "[-]listener failed")])
    func `answers the probes`(target: String, status: Int, text: String) throws {
        let head = head(.get, target)
        #expect(endpoint.refusal(of: head) == nil)
        let request = HTTPRequest(head: head, body: ByteBuffer())
        let answer = try #require(endpoint.answer(request, on: EmbeddedEventLoop()) { _ in }, "it waits")
        #expect(answer.status == status)
        #expect(String(buffer: answer.body).contains(text))
    }

    @Test(arguments: [(HTTPRequestMethod.get, "/", 404), (.get, "/validate", 404), (.post, "/metrics", 405)])
    func `is all there is on its port`(method: HTTPRequestMethod, target: String, status: Int) {
        #expect(endpoint.refusal(of: head(method, target))?.status == status)
    }
}
