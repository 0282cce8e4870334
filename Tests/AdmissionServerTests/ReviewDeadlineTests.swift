import ClusterState
import HTTPServer
import NIOCore
import Testing

@testable import AdmissionServer

@Suite struct `The time-out of a review` {
    private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func deadline(_ target: String) -> ReviewDeadline? {
        let head = HTTPRequestHead(
            method: .post,
            target: target,
            version: .http11,
            contentLength: 0,
            receivedAt: Self.now
        )
        return ReviewDeadline(head)
    }

    @Test(arguments: [
        ("10s", TimeAmount.seconds(10)), ("1m30s", .seconds(90)), ("1.5s", .milliseconds(1500)), ("0", .zero),
        ("250ms", .milliseconds(250)), ("3us", .microseconds(3)), ("3µs", .microseconds(3)), ("3μs", .microseconds(3)),
        ("7ns", .nanoseconds(7)), ("2h", .hours(2)), (".5s", .milliseconds(500)), ("1.s", .seconds(1)),
        ("1h1m1s1ms", .nanoseconds(3_661_001_000_000)),
    ])
    func `is read as Go writes it`(text: String, expected: TimeAmount) {
        #expect(GoDuration.parse(text) == expected)
    }

    @Test(arguments: [
        "", "10", "s", "-1s", "+1s", "1x", "1 s", ".s", "1..5s", "1e3s", "10s ", "1,5s", "9999999999h", "1s.",
        String(repeating: "9", count: 400) + "s", "0." + String(repeating: "0", count: 400) + "1s", "٣s",
    ])
    func `is none when Go could not have written it`(text: String) {
        #expect(GoDuration.parse(text) == nil)
        #expect(deadline("/validate?timeout=\(text)") == nil)
    }

    @Test(arguments: ["/validate?timeout=10s", "/validate?a=b&timeout=10s", "/validate?&timeout=10s&timeout=1s"])
    func `is found in the query`(target: String) {
        #expect(deadline(target)?.expires == Self.now + .seconds(10))
    }

    @Test(arguments: ["/validate", "/validate?", "/validate?xtimeout=10s", "/validate?timeout", "/validate?timeout=0s"])
    func `is none where there is none`(target: String) {
        #expect(deadline(target) == nil)
    }

    @Test(arguments: [
        ("10s", TimeAmount.milliseconds(9500)), ("30s", .milliseconds(29_500)), ("1s", .milliseconds(900)),
        ("100ms", .milliseconds(90)), ("100h", .milliseconds(59_500)),
    ])
    func `leaves a tenth for the way back, at most half a second, and is a minute at most`(
        text: String,
        answerBy: TimeAmount
    ) {
        #expect(deadline("/validate?timeout=\(text)")?.answerBy == Self.now + answerBy)
    }

    @Test func `that has passed leaves a review unjudged, and its branch free`() {
        let service = ServiceUnderTest()
        let late = service.ask(
            .post,
            "/validate?timeout=10s",
            body: Array(Review(name: "late").text.utf8),
            receivedAt: .now() - .seconds(11)
        )
        #expect(late.status == 503)
        #expect(late.headers["retry-after"] == nil)
        #expect(late.body.contains("time-out had passed"))
        #expect(service.store.reservationCount == 0)
        #expect(service.metricLines("request_timeouts_total", "deadline") == ["1"])
        #expect(service.post(Review(name: "next")).allowed == true)
    }

    @Test(arguments: [(9400, nil, "0"), (9800, nil, "1"), (10_001, 503, "1")])
    func `is met, missed though there is a judgement, or over`(
        milliseconds: Int64,
        error: Int?,
        missed: String
    ) throws {
        let service = ServiceUnderTest()
        let time = Self.now + .milliseconds(milliseconds)
        let review = service.answered(Review(), receivedAt: Self.now, at: time)
        service.handler.record(review, at: time)
        #expect(review.response?.status == error ?? 200)
        #expect(service.metricLines("request_timeouts_total", "deadline") == [missed])
    }
}
