import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite struct `The length of a ClientHello` {
    private static let limit = ClientHelloScanner.maximumBytes

    private static func record(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
        [type, 3, 3, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }

    private static func header(_ type: UInt8, _ length: Int) -> [UInt8] {
        [type, UInt8(length >> 16), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)]
    }

    private static func message(_ type: UInt8, _ length: Int) -> [UInt8] {
        header(type, length) + [UInt8](repeating: 1, count: length)
    }

    private static let change = record(20, [1])
    private static let long = record(22, header(1, 131_000))

    private static let cases: [(String, [UInt8], Int?)] = [
        ("as long as may be", record(22, header(1, limit)), nil),
        ("a byte longer", record(22, header(1, limit + 1)), limit + 1),
        ("in records of a byte", header(1, 131_000).flatMap { record(22, [$0]) }, 131_000),
        ("behind an empty record", record(22, []) + long, 131_000),
        ("behind an alert", record(21, [1, 0]) + long, 131_000),
        ("a second one", record(22, message(1, 300)) + long, 131_000),
        ("a second one behind a change of ciphers", record(22, message(1, 300)) + change + long, 131_000),
        (
            "a second one in the record of the first", record(22, message(1, 300) + header(1, 131_000)), 131_000
        ),
        (
            "a first one over two records",
            record(22, header(1, 300)) + record(22, [UInt8](repeating: 1, count: 300)) + long,
            131_000
        ),
        ("another message", record(22, header(11, 131_000)), nil),
        (
            "what TLS 1.2 encrypts", record(22, message(1, 300)) + record(22, message(16, 33)) + change + long, nil
        ),
        ("what TLS 1.3 encrypts", record(22, message(1, 300)) + change + record(23, [9]) + long, nil),
    ]

    @Test(arguments: cases) func `is known before the message has come`(title: String, bytes: [UInt8], length: Int?) {
        for pieceBytes in [1, 7, bytes.count] {
            var scanner = ClientHelloScanner()
            var found: Int?
            for start in stride(from: 0, to: bytes.count, by: pieceBytes) where found == nil {
                let piece = ByteBuffer(bytes: bytes[start..<min(start + pieceBytes, bytes.count)])
                found = scanner.scan(piece.readableBytesView)
            }
            #expect(found == length, "\(title), by \(pieceBytes)")
        }
    }

    @Test func `that is too long ends the connection before OpenSSL has seen it`() throws {
        let conversation = try Conversation()
        try conversation.deliver(ByteBuffer(bytes: Self.long))
        #expect(Array(try conversation.takeFromServer().readableBytesView) == [21, 3, 3, 0, 2, 2, 47])
        #expect(
            conversation.recorder.failures == [
                .protocolViolation("a ClientHello of 131000 bytes, and 16384 is the most")
            ]
        )
        #expect(!conversation.channel.isActive)
    }
}
