import Foundation
import NIOCore
import TestCheckout
import TestPatience
import Testing

@testable import HTTPServer

/// What RFC 9112 and RFC 9110 require of a server, on a socket, and once more byte by byte.
@Suite(.limit(minutes: 3)) struct `HTTP/1.1 conformance` {
    private static var limits: HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.maximumBodyBytes = 1000
        return limits
    }

    @Test(arguments: HTTP1Case.all) func `is as required on a socket`(requirement: HTTP1Case) async throws {
        try await withServer(TestService(), limits: Self.limits) { _, address in
            let (channel, client) = try await SocketClient.connect(to: address)
            let input = requirement.input + Array(HTTP1Case.probe.utf8)
            // The server may have answered and closed before all of it is written.
            try? await channel.writeAndFlush(ByteBuffer(bytes: input))
            let count = requirement.statuses.count + (requirement.isKept ? 1 : 0)
            let headCount = requirement.headCount
            _ = try? await SocketClient.wait(for: client) {
                HTTP1Answer.read(String(buffer: $0), headCount: headCount).count >= count
            }
            // Nothing more comes, and the server closes behind the client.
            try? await channel.close(mode: .output)
            let text = try await SocketClient.rest(of: client)
            Self.expect(HTTP1Answer.read(text, headCount: headCount), requirement)
        }
    }

    @Test(arguments: HTTP1Case.all) func `is as required byte by byte`(requirement: HTTP1Case) throws {
        let service = TestService()
        let peer = try HTTP1Peer(service, limits: Self.limits)
        for byte in requirement.input + Array(HTTP1Case.probe.utf8) {
            peer.send(ByteBuffer(bytes: [byte]))
        }
        Self.expect(HTTP1Answer.read(try peer.received(), headCount: requirement.headCount), requirement)
        // What is malformed is nobody's to judge.
        if requirement.statuses == [400] { #expect(service.requests.isEmpty) }
        peer.tick(2)
        #expect(peer.isClosed != requirement.isKept)
    }

    private static func expect(_ answers: [HTTP1Answer], _ requirement: HTTP1Case) {
        let statuses = requirement.statuses + (requirement.isKept ? [200] : [])
        #expect(answers.map(\.status) == statuses)
        guard answers.map(\.status) == statuses, let last = answers.last else { return }
        #expect((last.fields["connection"] == "close") != requirement.isKept)
        if requirement.isKept { #expect(last.body == "GET /probe 0") }
        #expect(requirement.check(answers), "\(answers)")
    }

    @Test func `is as often met as docs say`() throws {
        let text = try Checkout.text("docs/testing.md")
        let differences = HTTP1Case.all.count { $0.difference != nil }
        let row = "| `HTTP/1.1 conformance` | \(HTTP1Case.all.count) | \(HTTP1Case.all.count - differences) |"
        #expect(text.contains(row), "\(row)")
    }
}
