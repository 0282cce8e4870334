import Foundation
import Glibc
import TestPatience
import TestPrograms
import Testing

/// What clients can do with TLS to the executable, on real sockets.
@Suite(.limit(minutes: 3), .serialized) struct `Hostile TLS` {
    /// What the server says to a first flight.
    enum Reply: Equatable {
        /// Its own hello: the handshake goes on.
        case hello
        /// A fatal alert (RFC 8446, section 6), and the end of the connection.
        case alert(UInt8)
        /// The end of the connection.
        case nothing
    }

    struct Flight {
        var title: String
        var bytes: [UInt8]
        var reply: Reply

        init(_ title: String, _ bytes: [UInt8], _ reply: Reply) {
            self.title = title
            self.bytes = bytes
            self.reply = reply
        }
    }

    private static let http1 = Array("http/1.1".utf8)

    private static let flights: [Flight] = [
        .init("a hello", ClientHello().bytes(), .hello),
        .init("a hello in records of one byte", ClientHello().bytes(recordBytes: 1), .hello),
        .init("a name of 255 bytes", ClientHello.forHosts([UInt8](repeating: 0x61, count: 255)).bytes(), .hello),
        .init("a name of 256 bytes", ClientHello.forHosts([UInt8](repeating: 0x61, count: 256)).bytes(), .alert(112)),
        .init("a name with a NUL", ClientHello.forHosts([0x61, 0, 0x62]).bytes(), .alert(112)),
        .init("two names", ClientHello.forHosts([0x61], [0x62]).bytes(), .alert(50)),
        .init("no name in the list", ClientHello.forHosts().bytes(), .alert(50)),
        .init(
            "five thousand protocols before ours",
            ClientHello.speaking([[UInt8]](repeating: [0x78], count: 5000) + [http1]).bytes(),
            .hello
        ),
        .init(
            "five thousand protocols, none of them ours",
            ClientHello.speaking([[UInt8]](repeating: [0x78], count: 5000)).bytes(),
            .alert(120)
        ),
        .init("a protocol of nothing", ClientHello.speaking([[], http1]).bytes(), .alert(50)),
        .init("no protocol in the list", ClientHello.speaking([]).bytes(), .alert(50)),
        .init(
            "three thousand extensions nobody knows",
            manyExtensions.bytes(),
            .hello
        ),
        .init(
            "the same extension twice",
            ClientHello.with(.groups, [0, 2, 0, 0x1D]).bytes(),
            .alert(47)
        ),
        .init(
            "a hello of 16,000 bytes",
            ClientHello.with(.padding, [UInt8](repeating: 0, count: 16_000)).bytes(),
            .hello
        ),
        .init(
            "a hello of 20,000 bytes",
            ClientHello.with(.padding, [UInt8](repeating: 0, count: 20_000)).bytes(),
            .alert(47)
        ),
        .init("a hello said to be of 128 KiB", ClientHello.record(22, [1, 0x02, 0, 0, 3, 3]), .alert(47)),
        .init(
            "the same in records of one byte",
            [1, 0x02, 0, 0, 3, 3].flatMap { ClientHello.record(22, [$0]) },
            .alert(47)
        ),
        .init("a hello said to be of 16 MiB", ClientHello.record(22, [1, 0xFF, 0xFF, 0xFF, 3, 3]), .alert(47)),
        .init("a record said to be of 64 KiB", [22, 3, 1, 0xFF, 0xFF, 1], .alert(22)),
        .init(
            "an empty record forty times",
            [[UInt8]](repeating: ClientHello.record(22, []), count: 40).flatMap(\.self),
            .alert(10)
        ),
        .init(
            "a warning forty times",
            [[UInt8]](repeating: ClientHello.record(21, [1, 0]), count: 40).flatMap(\.self),
            .alert(10)
        ),
        .init("a change of ciphers before the hello", ClientHello.record(20, [1]), .alert(10)),
        .init("data before the hello", ClientHello.record(23, [1, 2, 3]), .alert(10)),
        .init("a heartbeat before the hello", ClientHello.record(24, [1, 0xFF, 0xFF]), .alert(10)),
        .init(
            "early data for no session",
            ClientHello.with(.earlyData, []).bytes() + ClientHello.record(23, [1, 2, 3]),
            .hello
        ),
        .init(
            "a hello of SSL 2.0",
            [0x80, 0x2E, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10] + [UInt8](repeating: 1, count: 37),
            .alert(70)
        ),
    ]

    private static var manyExtensions: ClientHello {
        var hello = ClientHello()
        hello.extensions += (0..<3000).map { (UInt16(0x4000 + $0), []) }
        return hello
    }

    @Test func `first flights get a hello or an alert, in time`() async throws {
        let webhook = try await Webhook.start("--threads", "1")
        for flight in Self.flights {
            let received = try await PlainClient.exchange(flight.bytes, with: webhook, patience: 20, ends: true)
            let reply: Reply =
                switch received?.first {
                case 22: .hello
                case 21: .alert(received.map { $0.count > 6 ? $0[6] : 0 } ?? 0)
                default: .nothing
                }
            #expect(received != nil, "\(flight.title): the connection was left open")
            #expect(reply == flight.reply, "\(flight.title): \(received?.prefix(8).map(\.self) ?? [])")
        }
        #expect(try await webhook.get("/livez").status == 200)
    }

    @Test func `a handshake that dribbles ends when its time is over, though bytes come`() async throws {
        let webhook = try await Webhook.start("--handshake-timeout", "1", "--metrics-port", "0")
        let hello = ClientHello.with(.padding, [UInt8](repeating: 0, count: 3000)).bytes()
        // At this pace it would take minutes.
        #expect(try await PlainClient.dribble(hello, every: .milliseconds(50), port: webhook.port) < hello.count)
        let metrics = try await webhook.metrics().body
        #expect(metrics.contains(#"agentrun_admission_handshake_failures_total{reason="timed_out"} 1"#))
    }

    @Test func `more changes of keys than may be end the connection`() async throws {
        let webhook = try await Webhook.start("--metrics-port", "0")
        let client = try await TLSClient.connect(to: webhook)
        try await client.updateKeys(33)
        #expect(try await client.receive(patience: 20).isEmpty)
        let other = try await TLSClient.connect(to: webhook)
        try await other.updateKeys(32)
        try await other.send("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        #expect(try await other.receive(patience: 20).hasPrefix("HTTP/1.1 200 "))
        let metrics = try await webhook.metrics().body
        #expect(metrics.contains(#"agentrun_admission_connections_ended_total{reason="key_updates"} 1"#))
    }

    @Test func `a second handshake is refused, and early data is not read`() async throws {
        let webhook = try await Webhook.start()
        let client = try await TLSClient.connect(to: webhook, newest: .tls12)
        #expect(try await !client.renegotiate())
        let request = "GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        let early = try await TLSClient.connect(to: webhook, early: request)
        // Only what comes after the handshake is a request.
        try await early.send("GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        #expect(try await early.receive(patience: 20).hasPrefix("HTTP/1.1 404 "))
        #expect(try await webhook.get("/livez").status == 200)
    }

    @Test func `a client that says it sends no more is let go`() async throws {
        let webhook = try await Webhook.start("--metrics-port", "0")
        let silent = try await TLSClient.connect(to: webhook)
        silent.endSending()
        #expect(try await silent.receive(patience: 20).isEmpty)
        let asking = try await TLSClient.connect(to: webhook)
        try await asking.send("GET /livez HTTP/1.1\r\nHost: h\r\n\r\nGET /liv")
        asking.endSending()
        let answer = try await asking.receive(patience: 20)
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 200 "))
        for _ in 0..<200 {
            if try await webhook.metrics().body.contains(#"agentrun_admission_connections{protocol="http/1.1"} 0"#) {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("connections are left open")
    }

    @Test(arguments: [(10, "200"), (400, "000")])
    func `a client's certificate may come with others, not with hundreds`(count: Int, status: String) async throws {
        let folder = try Folder()
        try await folder.makeClientCertificate("client")
        let certificate = try folder.text("client.crt")
        try folder.write(String(repeating: certificate, count: count), to: "chain.crt")
        let webhook = try await Webhook.start("--client-ca", folder.path("client.crt"), "--metrics-port", "0")
        let answer = try await webhook.get(
            "/livez",
            "--cert",
            folder.path("chain.crt"),
            "--key",
            folder.path("client.key")
        )
        #expect(answer.status == Int(status))
        #expect(
            try await webhook.get("/livez", "--cert", folder.path("client.crt"), "--key", folder.path("client.key"))
                .status == 200
        )
    }
}
