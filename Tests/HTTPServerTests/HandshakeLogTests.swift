import NIOCore
import TLS
import Testing

@testable import HTTPServer

@Suite struct `What is told of failed handshakes` {
    private let lines = LogLines()
    private let log: HandshakeLog

    init() {
        log = HandshakeLog(logger: lines.logger)
    }

    private func note(_ failure: HandshakeFailure, after minutes: Int64) throws {
        let client = try SocketAddress(ipAddress: "10.0.0.7", port: 4000)
        log.note(failure, client: client, now: NIODeadline.uptimeNanoseconds(0) + .minutes(minutes))
    }

    @Test func `is a line a reason, with who it was`() throws {
        try note(.noSharedProtocol, after: 0)
        try note(.plainHTTP, after: 0)
        #expect(lines.all.count == 2)
        #expect(lines.all[0].hasPrefix("notice a client did not get as far as HTTP client=10.0.0.7 description="))
        #expect(lines.all[0].contains("application protocol (ALPN)"))
        #expect(lines.all[0].hasSuffix("more=0 reason=no_shared_protocol"))
        #expect(lines.all[1].contains("use https:// with this port"))
    }

    @Test func `comes again after ten minutes, with how many there were`() throws {
        for minute in 0..<25 as Range<Int64> {
            for _ in 0..<100 { try note(.plainHTTP, after: minute) }
        }
        #expect(lines.all.count == 3)
        #expect(lines.all.map { $0.contains("more=999 ") } == [false, true, true])
    }

    @Test(arguments: [
        (HandshakeFailure.peerAlert(code: 42, name: "bad certificate"), 1), (.peerAlert(code: 40, name: "x"), 0),
        (.plainHTTP, 1), (.noSharedProtocol, 1), (.noSharedCipher, 1), (.unsupportedVersion, 1),
        (.clientCertificate, 1), (.truncated, 0), (.timedOut, 0), (.protocolViolation("x"), 0),
    ])
    func `is what somebody can put right`(failure: HandshakeFailure, count: Int) throws {
        try note(failure, after: 0)
        #expect(lines.all.count == count)
    }
}
