import Foundation
import HTTPServer
import NIOCore
import Prometheus
import TestPatience
import Testing

@testable import AdmissionServer

/// The trace of a request in everything that is told of its review.
@Suite(.limit(minutes: 1)) struct `The trace of a review` {
    private static let id = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"

    private static func trace(sampled: Bool = true) -> TraceParent {
        let field = Array("00-\(id)-\(parent)-0\(sampled ? 1 : 0)".utf8)
        let context = unsafe field.withUnsafeBufferPointer { unsafe TraceContext($0) }
        return context.map { TraceParent.context($0) } ?? .malformed
    }

    private func post(_ review: String, to service: ServiceUnderTest, _ trace: TraceParent) -> Int {
        service.ask(.post, "/validate", body: Array(review.utf8), traceParent: trace).status
    }

    @Test func `is in the log`() {
        let service = ServiceUnderTest(slowReview: .zero)
        #expect(post(Review().text, to: service, Self.trace()) == 200)
        #expect(post("{", to: service, Self.trace()) == 400)
        #expect(post(Review(name: "two", head: "codex/two").text, to: service, .absent) == 200)
        let lines = service.log.lines
        #expect(lines.count == 3)
        for line in lines.prefix(2) {
            #expect(line.contains(Self.id) && line.contains(Self.parent) && line.contains("traceId"), "\(line)")
        }
        #expect(!lines[2].contains("traceId"))
    }

    @Test func `is in the decision log`() async throws {
        let logged = try LoggedService()
        #expect(post(Review().text, to: logged.service, Self.trace()) == 200)
        #expect(post("{", to: logged.service, Self.trace(sampled: false)) == 400)
        #expect(post(Review(name: "two", head: "codex/two").text, to: logged.service, .malformed) == 200)
        #expect(await logged.stop() == 0)
        let lines = try logged.lines().map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        for (line, isSampled) in zip(lines, [true, false]) {
            let trace = line["trace"] as? [String: Any]
            #expect(trace?["traceId"] as? String == Self.id && trace?["parentId"] as? String == Self.parent)
            #expect(trace?["sampled"] as? Bool == isSampled)
        }
        #expect(lines.count == 3 && lines[2]["trace"] == nil)
    }

    @Test func `is an example of how long reviews take, if somebody records it`() {
        let service = ServiceUnderTest()
        func exemplars() -> [Substring] {
            String(decoding: service.metrics.registry.text(as: .openMetrics), as: UTF8.self).split(separator: "\n")
                .filter { $0.contains(" # {") }
        }
        #expect(post(Review().text, to: service, Self.trace(sampled: false)) == 200 && exemplars().isEmpty)
        #expect(post(Review().text, to: service, Self.trace()) == 200)
        let lines = exemplars()
        #expect(lines.count == 1)
        let labels = #"# {trace_id="\#(Self.id)",span_id="\#(Self.parent)"} "#
        #expect(
            lines[0].hasPrefix("agentrun_admission_review_duration_seconds_bucket{le=") && lines[0].contains(labels)
        )
        #expect(lines[0].hasSuffix(" 1770000000"))
        // The older format has none.
        #expect(!String(decoding: service.metrics.registry.text(), as: UTF8.self).contains(" # "))
    }

    @Test func `is counted where it is malformed, and makes no difference to the review`() {
        let service = ServiceUnderTest()
        #expect(service.metricLines("malformed_traces_total") == ["0"])
        #expect(post(Review().text, to: service, .malformed) == 200)
        #expect(post("{", to: service, .malformed) == 400)
        #expect(service.metricLines("malformed_traces_total") == ["2"])
    }
}
