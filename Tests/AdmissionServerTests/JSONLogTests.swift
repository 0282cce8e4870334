import HTTPServer
import JSONPull
import Logging
import NIOCore
import Synchronization
import Testing

@testable import AdmissionServer

@Suite struct `Log lines as JSON` {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private let lines = Lines()

    private func logger() -> Logger {
        let lines = lines
        return Logger(label: "test") { label in
            JSONLogHandler(label: label, now: { LogTime(milliseconds: 1_795_645_687_007) }) { bytes in
                lines.all.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
            }
        }
    }

    @Test func `are one object each, in a fixed order`() {
        logger().notice("ready", metadata: ["b": "2", "a": ["x", "y"], "c": ["d": "e"]])
        #expect(
            lines.all.withLock { $0 } == [
                #"{"time":"2026-11-25T22:28:07.007Z","level":"notice","logger":"test","message":"ready","#
                    + #""a":["x","y"],"b":"2","c":{"d":"e"}}"# + "\n"
            ]
        )
    }

    @Test func `cannot be broken by what is in them`() {
        logger().error("a\"b\nc", metadata: ["k\"\n": "v\u{0}\"\n", "message": "other"])
        let line = lines.all.withLock { $0.first ?? "" }
        #expect(line.filter { $0 == "\n" }.count == 1)
        #expect(line.contains(#""message":"a\"b\nc""#))
        #expect(line.contains(#""k\"\n":"v\u0000\"\n""#))
        #expect(line.contains(#""metadata.message":"other""#))
    }

    @Test func `have the logger's metadata, too, and the line's own wins`() {
        var logger = logger()
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "b"] = "logger"
        logger.info("m", metadata: ["b": "line"])
        #expect(lines.all.withLock { $0.first ?? "" }.contains(#""a":"logger","b":"line""#))
    }

    @Test func `have names without further quotes`() {
        let name = QuotedText(ExactString("a\"\u{1B}" + String(repeating: "x", count: 100)))
        logger().info("m", metadata: ["name": .stringConvertible(name)])
        let line = lines.all.withLock { $0.first ?? "" }
        #expect(line.contains(#""name":"a\"\u001b"# + String(repeating: "x", count: 77) + #"""#))
        #expect(name.description.hasPrefix(#""a\"\u001b"#))
    }
}

@Suite struct `Slow reviews` {
    @Test func `are logged though they are allowed, with their time`() {
        let service = ServiceUnderTest(slowReview: .seconds(2))
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        let review = service.answered(Review(), receivedAt: start, at: start)
        service.handler.record(review, at: start + .milliseconds(1999))
        #expect(service.log.lines.isEmpty)
        service.handler.record(review, at: start + .microseconds(2_003_004))
        #expect(service.log.lines.first?.hasPrefix("info review slow ") == true)
        #expect(service.log.lines.first?.contains(" milliseconds=2003.004 ") == true)
    }
}
