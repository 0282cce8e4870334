import Foundation
import NIOCore
import TestCheckout
import TestPatience
import TestWire
import Testing

@testable import HTTPServer

/// The requirements of RFC 9113 and RFC 7541 that h2spec lists, and some beside its list, against the server on a socket.
@Suite(.limit(minutes: 3)) struct `HTTP/2 conformance` {
    @Test(arguments: HTTP2Case.all) func `is as required`(requirement: HTTP2Case) async throws {
        let service = TestService()
        try await withServer(service, speaking: .http2) { _, address in
            let socket = try await HTTP2Socket.connect(to: address)
            do {
                if let settings = requirement.settings { try await socket.greet(settings: settings) }
                for step in requirement.steps { try await Self.take(step, on: socket) }
                try await Self.judge(requirement.outcome, on: socket)
            } catch {
                Issue.record(error)
            }
            await socket.close()
        }
        // What is malformed is nobody's to judge.
        if case .resets = requirement.outcome { #expect(service.requests.isEmpty) }
    }

    private static func take(_ step: HTTP2Case.Step, on socket: HTTP2Socket) async throws {
        switch step {
        case .send(let bytes): await socket.send(bytes)
        case .awaitHead(let stream): try await socket.wait { $0.answers[stream] != nil }
        case .awaitAnswer(let stream): try await socket.wait { $0.answers[stream]?.isComplete ?? false }
        case .awaitSettings(let count): try await socket.wait { $0.settingsAcknowledgements >= count }
        }
    }

    private static func judge(_ outcome: HTTP2Case.Outcome, on socket: HTTP2Socket) async throws {
        switch outcome {
        case .answers(let stream, let text):
            let transcript = try await socket.wait { $0.answers[stream]?.isComplete ?? false }
            #expect(transcript.answers[stream]?.status == "200")
            #expect(transcript.answers[stream]?.body == text)
            try await expectLife(of: socket)
        case .status(let stream, let status):
            let transcript = try await socket.wait { $0.answers[stream]?.isComplete ?? false }
            #expect(transcript.answers[stream]?.status == status)
            try await expectLife(of: socket)
        case .resets(let stream, let code):
            let transcript = try await socket.wait { $0.answers[stream]?.resetCode != nil }
            #expect(transcript.answers[stream]?.resetCode == code.rawValue, "\(transcript)")
            try await expectLife(of: socket)
        case .ends(let code):
            let transcript = try await socket.wait { _ in false }
            #expect(transcript.isClosed)
            #expect(transcript.goAways.map(\.code) == [code.rawValue], "\(transcript)")
        case .closes:
            #expect(try await socket.wait { _ in false }.isClosed)
        case .lives:
            try await expectLife(of: socket)
        case .says(let isAsRequired):
            let transcript = try await socket.wait(until: isAsRequired)
            #expect(isAsRequired(transcript), "\(transcript)")
        }
    }

    private static func expectLife(of socket: HTTP2Socket) async throws {
        let ping = HTTP2Frame(.ping, payload: Array("are you?".utf8))
        await socket.send(ping.bytes)
        let transcript = try await socket.wait { $0.pingAcknowledgements.contains { $0.payload == ping.payload } }
        #expect(transcript.goAways.isEmpty && !transcript.isClosed, "\(transcript)")
        #expect(transcript.pingAcknowledgements.contains { $0.payload == ping.payload }, "\(transcript)")
    }

    @Test func `names each case of the list once`() {
        let listed = HTTP2Case.all.compactMap(\.listed)
        #expect(Set(listed).count == listed.count)
        let parts = Dictionary(grouping: listed) { $0.prefix { $0 != "/" } }.mapValues(\.count)
        #expect(parts == ["generic": 44, "http2": 95, "hpack": 8])
    }

    @Test func `is as often met as docs say`() throws {
        let text = try Checkout.text("docs/testing.md")
        let differences = HTTP2Case.all.count { $0.difference != nil }
        let row = "| `HTTP/2 conformance` | \(HTTP2Case.all.count) | \(HTTP2Case.all.count - differences) |"
        #expect(text.contains(row), "\(row)")
    }
}
