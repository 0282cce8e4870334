import ClusterState
import FakeAPIServer
import FakeCollector
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import TLS
import TestPatience
import TestPrograms
import Testing

@testable import Serving

/// Spans of a server in this process, as a collector gets them.
@Suite(.limit(minutes: 2)) struct `The spans of a server` {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"

    private static func review(_ name: String, head: String) -> String {
        """
        {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-\(name)","kind":{"group":\
        "agents.proompteng.ai","version":"v1alpha1","kind":"AgentRun"},"resource":{"group":"agents.proompteng.ai",\
        "version":"v1alpha1","resource":"agentruns"},"name":"\(name)","namespace":"agents","operation":"CREATE",\
        "userInfo":{"username":"alice"},"object":{"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun",\
        "metadata":{"name":"\(name)","namespace":"agents","uid":"\(name)"},"spec":{"agentRef":{"name":"a"},"runtime":{"type":"job"},\
        "implementation":{"inline":{"text":"hunter-2"}},"parameters":{"repository":"o/r","base":"main","head":"\(head)"},\
        "vcsPolicy":{"mode":"read-write"}}}}}
        """
    }

    private let folder: Folder

    init() throws { folder = try Folder() }

    private func post(_ body: String, _ traceParent: String?, to port: Int) async throws -> String {
        let file = try folder.write(body, to: "review-\(UUID().uuidString).json")
        var words = [
            "curl", "--silent", "--insecure", "--noproxy", "*", "--header", "Content-Type: application/json",
            "--data-binary", "@\(file)",
        ]
        if let traceParent { words += ["--header", "traceparent: \(traceParent)"] }
        return try await Program.run("/usr/bin/env", words + ["https://127.0.0.1:\(port)/validate"]).output
    }

    /// Runs a server that claims branches at a fake API server and sends spans.
    private func serve(
        to tls: TLSServerContext? = nil,
        trusting authority: String? = nil,
        _ body: (Int, FakeCollector) async throws -> Void
    ) async throws {
        let collector = try await FakeCollector(tls: tls)
        try await FakeAPIServer.run { api in
            var settings = ServerSettings(host: "127.0.0.1", port: 0)
            let authorityFile = try authority.map { try folder.write($0, to: "authority.pem") }
            settings.spans = ServerSettings.Spans(endpoint: collector.endpoint, authorityFile: authorityFile)
            let connection = ClusterConnection(kubeconfig: try folder.write(api.kubeconfig, to: "kubeconfig"))
            let sources = [ClusterSource(kind: .agentRun, namespace: nil)]
            settings.state = .watched(.init(connection: connection, sources: sources, readyAgeSeconds: 300))
            let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
            let server = try WebhookServer(settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }) {
                continuation.yield($0.port ?? 0)
            }
            let group = server.group()
            async let ended: Void = group.run()
            for await port in ports {
                try await body(port, collector)
                break
            }
            await group.triggerGracefulShutdown()
            try await ended
            try await server.end()
        }
        try await collector.close()
    }

    @Test func `are one of a review and one of each step, children of the caller's`() async throws {
        try await serve { port, collector in
            let field = "00-\(Self.trace)-\(Self.parent)-01"
            #expect(try await post(Self.review("one", head: "codex/x"), field, to: port).contains(#""allowed":true"#))
            while collector.spans.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            let spans = collector.spans
            #expect(spans.map { $0["name"] }.sorted() == ["POST /validate", "claim", "decode", "encode", "judge"])
            let whole = try #require(spans.first { $0["name"] == "POST /validate" })
            #expect(whole["parentSpanId"] == Self.parent && whole["kind"] == "2")
            var last = whole["startTimeUnixNano"]
            for step in ["decode", "judge", "claim", "encode"] {
                let span = try #require(spans.first { $0["name"] == step })
                #expect(span["parentSpanId"] == whole["spanId"] && span["kind"] == "1" && span["traceId"] == Self.trace)
                // In their order, none before the one ahead of it has ended.
                #expect(try #require(UInt64(span["startTimeUnixNano"])) >= #require(UInt64(last)))
                last = span["endTimeUnixNano"]
                #expect(try #require(UInt64(last)) >= #require(UInt64(span["startTimeUnixNano"])))
            }
            #expect(try #require(UInt64(whole["endTimeUnixNano"])) >= #require(UInt64(last)))
            let now = UInt64(Date().timeIntervalSince1970 * 1e9)
            #expect(try #require(UInt64(last)) <= now && now - #require(UInt64(last)) < 60_000_000_000)
            let attributes = whole.attributes
            #expect(
                attributes["agentrun_admission.outcome"] == "allowed" && attributes["k8s.namespace.name"] == "agents"
            )
            #expect(
                attributes["agentrun_admission.kind"] == "AgentRun" && attributes["http.response.status_code"] == "200"
            )
            let sent = collector.received.map { String(decoding: $0.body, as: UTF8.self) }.joined()
            for secret in ["hunter-2", "alice", "codex/x"] { #expect(!sent.contains(secret), "\(secret)") }
            #expect(Set(spans.map { $0["spanId"] }).count == 5)
        }
    }

    @Test func `tell what denied, and what could not be read`() async throws {
        try await serve { port, collector in
            let field = "00-\(Self.trace)-\(Self.parent)-01"
            let name = String(repeating: "n", count: 64)
            #expect(try await post(Self.review(name, head: "codex/x"), field, to: port).contains(#""allowed":false"#))
            _ = try await post("{", field, to: port)
            func wholes() -> [FakeCollector.Span] { collector.spans.filter { $0["name"] == "POST /validate" } }
            while wholes().count < 2 { try await Task.sleep(for: .milliseconds(20)) }
            let denied = try #require(wholes().first { $0.attributes["agentrun_admission.outcome"] == "denied" })
            #expect("\(denied.json)".contains("/"), "\(denied.json)")
            #expect(denied.attributes["agentrun_admission.denials"] != nil)
            let errored = try #require(wholes().first { $0.attributes["agentrun_admission.outcome"] == "errored" })
            #expect(errored.attributes["http.response.status_code"] == "400")
            #expect(!collector.spans.contains { $0["name"] == "claim" })
        }
    }

    /// Of two authorities, each with a certificate for the collector.
    private static func authority() throws -> (pem: String, collector: TLSServerContext) {
        let authority = try CertificateAuthority.make(commonName: "test CA", now: .now())
        let issued = try authority.issueServerCertificate(names: [.ipAddress("127.0.0.1")])
        let collector = try TLSServerContext.make(
            certificateChainPEM: issued.certificatePEM,
            privateKeyPEM: issued.privateKeyPEM,
            configuration: .init(applicationProtocols: ["http/1.1"])
        )
        return (authority.issued.certificatePEM, collector)
    }

    @Test func `go over TLS to a collector that the given authority has signed for, and to no other`() async throws {
        let (trusted, other) = (try Self.authority(), try Self.authority())
        let field = "00-\(Self.trace)-\(Self.parent)-01"
        try await serve(to: trusted.collector, trusting: trusted.pem) { port, collector in
            _ = try await post(Self.review("one", head: "codex/x"), field, to: port)
            while collector.spans.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            #expect(collector.spans.count == 5)
        }
        try await serve(to: other.collector, trusting: trusted.pem) { port, collector in
            #expect(try await post(Self.review("two", head: "codex/y"), field, to: port).contains(#""allowed":true"#))
            // Longer than the other one has waited.
            try await Task.sleep(for: .seconds(3))
            #expect(collector.received.isEmpty, "nothing is said to a stranger")
        }
    }

    @Test func `are none where the caller records no trace`() async throws {
        try await serve { port, collector in
            let fields = [nil, "00-\(Self.trace)-\(Self.parent)-00", "00-x", "00-\(Self.trace)-\(Self.parent)-01"]
            for (number, field) in fields.enumerated() {
                _ = try await post(Self.review("r\(number)", head: "codex/\(number)"), field, to: port)
            }
            while collector.spans.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            // The last one alone, all of it in one batch.
            #expect(collector.spans.count == 5)
        }
    }
}
