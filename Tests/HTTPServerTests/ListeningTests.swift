import Logging
import NIOCore
import NIOPosix
import TestPatience
import Testing

@testable import HTTPServer

/// Where the server listens.
@Suite(.limit(minutes: 1)) struct `Listening` {
    private static func server(_ change: (inout HTTPServer.Configuration) -> Void) -> HTTPServer {
        var configuration = HTTPServer.Configuration(port: 0)
        change(&configuration)
        return HTTPServer(
            configuration: configuration,
            group: MultiThreadedEventLoopGroup.singleton,
            security: .plaintext(.http1),
            service: TestService { _, _ in .now(TestService.text("here")) },
            logger: Logger(label: "test")
        )
    }

    private static func reaches(_ host: String, _ port: Int?) async throws -> Bool {
        let address = try SocketAddress(ipAddress: host, port: port ?? 0)
        let (channel, client) = try await SocketClient.connect(to: address)
        try await channel.writeAndFlush(ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
        return try await SocketClient.rest(of: client).contains("here")
    }

    @Test func `is on all addresses of both kinds, as far as the machine has them`() async throws {
        let server = Self.server { _ in }
        let address = try await server.start()
        #expect(try await Self.reaches("127.0.0.1", address.port))
        if address.protocol == .inet6 { #expect(try await Self.reaches("::1", address.port)) }
        await server.shutdownGracefully(within: .seconds(1))
    }

    /// As on a machine without IPv6: 2001:db8::1 is nobody's (RFC 3849).
    @Test func `falls back where there is no such address`() async throws {
        let server = Self.server { $0.hosts = ["2001:db8::1", "127.0.0.1"] }
        #expect(try await server.start().ipAddress == "127.0.0.1")
        await server.shutdownGracefully(within: .seconds(1))
    }

    @Test func `fails where the port is taken, and looks for no other address`() async throws {
        let first = Self.server { $0.hosts = ["127.0.0.1"] }
        let port = try await first.start().port ?? 0
        let second = Self.server { ($0.hosts, $0.port) = (["127.0.0.1", "127.0.0.2"], port) }
        await #expect(throws: HTTPServerError.self) { try await second.start() }
        await first.shutdownGracefully(within: .seconds(1))
    }

    @Test func `takes no other address than the one it is told`() async throws {
        let server = Self.server { $0 = .init(host: "2001:db8::1", port: 0) }
        let error = await #expect(throws: HTTPServerError.self) { try await server.start() }
        #expect(error?.description.contains("this machine") == true)
    }
}
