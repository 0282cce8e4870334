import HTTPServer
import Synchronization
import Testing
import Tracing

@testable import OpenTelemetry

@Suite struct `A span` {
    private static let resource = SpanResource(name: "agentrun-admission", version: "0.1.0", instance: "pod-1")

    /// Written by hand after opentelemetry-proto's examples/trace.json and the mapping of OTLP/HTTP.
    @Test func `is sent as OTLP has it`() {
        let queue = SpanQueue()
        let ids = Mutex<UInt64>(0x0A)
        let tracer = SpanTracer(queue: queue) {
            ids.withLock { id in
                defer { id += 1 }
                return id
            }
        }
        let server = tracer.startSpan(
            "POST /validate",
            context: .example(),
            ofKind: .server,
            at: at(1_790_000_000_000_000_001)
        )
        server.attributes = [
            "http.response.status_code": 200, "b": true, "list": .stringArray(["x", "y"]), "ratio": 0.5,
            "quote": "\"\u{1}\\",
        ]
        let child = tracer.startSpan("decode", context: server.context, ofKind: .internal, at: at(5))
        child.addEvent(SpanEvent(name: "e", at: at(6)))
        child.setStatus(SpanStatus(code: .error, message: "no"))
        child.end(at: at(7))
        server.end(at: at(1_790_000_000_000_000_009))
        let json = String(decoding: TraceExport.encode(queue.take(), of: Self.resource), as: UTF8.self)
        let expected = [
            #"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"agentrun-admission"}},"#,
            #"{"key":"service.version","value":{"stringValue":"0.1.0"}},"#,
            #"{"key":"service.instance.id","value":{"stringValue":"pod-1"}}]},"#,
            #""scopeSpans":[{"scope":{"name":"agentrun-admission","version":"0.1.0"},"spans":["#,
            #"{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"000000000000000b","parentSpanId":"000000000000000a","#,
            #""flags":257,"name":"decode","kind":1,"startTimeUnixNano":"5","endTimeUnixNano":"7","#,
            #""events":[{"timeUnixNano":"6","name":"e"}],"status":{"message":"no","code":2}},"#,
            #"{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"000000000000000a","parentSpanId":"00f067aa0ba902b7","#,
            #""flags":769,"name":"POST /validate","kind":2,"startTimeUnixNano":"1790000000000000001","#,
            #""endTimeUnixNano":"1790000000000000009","attributes":[{"key":"b","value":{"boolValue":true}},"#,
            #"{"key":"http.response.status_code","value":{"intValue":"200"}},"#,
            #"{"key":"list","value":{"arrayValue":{"values":[{"stringValue":"x"},{"stringValue":"y"}]}}},"#,
            #"{"key":"quote","value":{"stringValue":"\"\\u0001\\"}},{"key":"ratio","value":{"doubleValue":0.5}}]}"#,
            "]}]}]}",
        ]
        #expect(json == expected.joined(), "\(json)")
    }

    @Test(arguments: [
        (Double.infinity, #""Infinity""#), (-.infinity, #""-Infinity""#), (.nan, #""NaN""#), (1e-7, "1e-07"),
        (3, "3.0"),
    ])
    func `has numbers that JSON has not as texts`(value: Double, json: String) {
        let queue = SpanQueue()
        let span = SpanTracer(queue: queue).startSpan("s", context: .example(), ofKind: .client, at: at(1))
        span.attributes["x"] = value
        span.end(at: at(2))
        let text = String(decoding: TraceExport.encode(queue.take(), of: Self.resource), as: UTF8.self)
        #expect(text.contains(#"{"key":"x","value":{"doubleValue":\#(json)}}"#), "\(text)")
    }

    @Test func `is none where nobody records the trace, or there is none`() {
        let queue = SpanQueue()
        let tracer = SpanTracer(queue: queue)
        for context in [InstrumentationContext.topLevel, .example(sampled: false)] {
            let span = tracer.startSpan("s", context: context, ofKind: .server, at: at(1))
            #expect(!span.isRecording && span.context.span == context.span)
            span.attributes["x"] = 1
            span.end(at: at(2))
            #expect(span.attributes.isEmpty)
        }
        #expect(queue.take().isEmpty)
    }

    @Test func `ends once, and not before it began`() {
        let queue = SpanQueue()
        let span = SpanTracer(queue: queue).startSpan("s", context: .example(), ofKind: .internal, at: at(9))
        span.end(at: at(3))
        span.end(at: at(12))
        #expect(!span.isRecording)
        let ended = queue.take()
        #expect(ended.count == 1 && ended[0].startNanoseconds == 9 && ended[0].endNanoseconds == 9)
    }

    @Test func `has an id of its own, never zero`() {
        let tracer = SpanTracer(queue: SpanQueue()) { 0 }
        let span = tracer.startSpan("s", context: .example(), ofKind: .internal, at: at(1))
        #expect(
            span.context.span?.parentID == 1 && span.context.span?.traceIDText == TraceContext.example().traceIDText
        )
        let random = SpanTracer(queue: SpanQueue())
        let ids = (0..<100).map { _ in random.startSpan("s", context: .example(), at: at(1)).context.span?.parentID }
        #expect(Set(ids).count == 100)
    }

    @Test func `is bounded whatever is said of it`() {
        let queue = SpanQueue()
        let span = SpanTracer(queue: queue).startSpan(
            String(repeating: "n", count: 100_000),
            context: .example(),
            ofKind: .internal,
            at: at(1)
        )
        let long = String(repeating: "\u{202E}", count: 100_000)
        for number in 0..<500 {
            span.attributes["k\(number)"] = SpanAttribute.stringArray(Array(repeating: long, count: 200))
        }
        for number in 0..<500 {
            span.addEvent(SpanEvent(name: "e\(number)", at: at(1), attributes: ["l": .string(long)]))
        }
        span.addLink(SpanLink(context: .example(), attributes: [:]))
        span.setStatus(SpanStatus(code: .error, message: long))
        span.end(at: at(2))
        let json = TraceExport.encode(queue.take(), of: Self.resource)
        #expect(json.count < 64 << 10, "\(json.count)")
        let text = String(decoding: json, as: UTF8.self)
        #expect(!text.contains("\u{202E}") && text.contains(#"\\u202e"#))
        #expect(text.contains(#""droppedEventsCount":492"#) && text.contains(#""droppedLinksCount":1"#))
        #expect(text.contains("droppedAttributesCount"))
    }

    @Test func `tells an error by its type and not by what it says`() {
        struct Leak: Error, CustomStringConvertible { var description: String { "hunter-2" } }
        let queue = SpanQueue()
        let span = SpanTracer(queue: queue).startSpan("s", context: .example(), ofKind: .internal, at: at(1))
        span.recordError(Leak(), attributes: [:], at: at(2))
        span.end(at: at(3))
        let text = String(decoding: TraceExport.encode(queue.take(), of: Self.resource), as: UTF8.self)
        #expect(
            text.contains(#"{"key":"exception.type","value":{"stringValue":"Leak"}}"#) && !text.contains("hunter-2")
        )
    }

    // MARK: The field

    private struct Fields: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    }

    @Test func `is handed on as W3C Trace Context has it`() {
        let tracer = SpanTracer(queue: SpanQueue())
        for field in [
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        ] {
            var context = InstrumentationContext.topLevel
            tracer.extract(["traceparent": field], into: &context, using: Fields())
            var carrier: [String: String] = [:]
            tracer.inject(context, into: &carrier, using: Fields())
            #expect(carrier == ["traceparent": field])
        }
        for field in ["", "00-0", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"] {
            var context = InstrumentationContext.topLevel
            tracer.extract(["traceparent": field], into: &context, using: Fields())
            #expect(context.isEmpty)
        }
    }

    // MARK: What collectors say

    @Test(arguments: [
        ("", 0, ""), ("{}", 0, ""), ("[]", 0, ""), (#"{"partialSuccess":{}}"#, 0, ""),
        (#"{"partialSuccess":7}"#, 0, ""),
        (#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no"}}"#, 3, "no"),
        (#"{"partialSuccess":{"rejectedSpans":3}}"#, 3, ""), (#"{"partialSuccess":{"rejectedSpans":"-3"}}"#, 0, ""),
        (#"{"partialSuccess":{"rejectedSpans":"99999999999999999999"}}"#, 0, ""),
    ])
    func `may be rejected beside others`(body: String, rejected: Int, message: String) {
        let answer = TraceExportAnswer(Array(body.utf8))
        #expect(answer.rejected == rejected && "\(answer.message)" == message)
    }
}
