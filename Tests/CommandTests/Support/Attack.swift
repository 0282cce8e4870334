import TestWire
import Testing

/// What clients do who mean harm and have some hundred sockets and a few megabytes.
enum Attack: String, CaseIterable, Sendable {
    case indexedHeads = "250 heads without a body on each of 140 connections, a field of 4 KiB three times in each"
    case largeHeads = "heads of 16 MiB in a frame of 4 KiB, on 40 connections"
    case silence = "1,280 connections that say nothing after their handshake"
    case uselessFrames = "200,000 frames, of each kind that no request needs"
    case keyUpdates = "1,000 changes of keys"
    case closedWindow = "250 reviews on each of 16 connections whose window is closed"
    case unreadAnswers = "requests pipelined on 64 connections whose answers nobody reads"

    /// The connections it leaves open.
    func run(against webhook: Webhook) async throws -> [TLSClient] {
        switch self {
        case .indexedHeads: try await Self.sendIndexedHeads(to: webhook)
        case .largeHeads: try await Self.sendLargeHeads(to: webhook)
        case .silence: try await Self.beSilent(to: webhook)
        case .uselessFrames: try await Self.sendUselessFrames(to: webhook)
        case .keyUpdates: try await Self.changeKeys(to: webhook)
        case .closedWindow: try await Self.takeNoAnswers(of: webhook)
        case .unreadAnswers: try await Self.readNothing(of: webhook)
        }
    }

    /// So many clients, each of which does `work`, some at once.
    private static func clients(
        _ count: Int,
        _ work: @escaping @Sendable () async throws -> TLSClient?
    ) async throws -> [TLSClient] {
        try await withThrowingTaskGroup(of: TLSClient?.self) { group in
            var clients: [TLSClient] = []
            for number in 0..<count {
                if number >= 8, let client = try await group.next() ?? nil { clients.append(client) }
                group.addTask { try await work() }
            }
            for try await client in group { if let client { clients.append(client) } }
            return clients
        }
    }

    // MARK: HTTP/2

    private static func sendIndexedHeads(to webhook: Webhook) async throws -> [TLSClient] {
        // The field is sent once; four bytes then stand for four of it.
        var bytes = HTTP2Bytes.greeting()
        bytes += HTTP2Bytes.review(1, HTTP2Frame.indexedField("x", String(repeating: "x", count: 3900)))
        for index in 1..<250 {
            bytes += HTTP2Bytes.review(UInt32(1 + 2 * index), [UInt8](repeating: HTTP2Frame.lastIndexed, count: 3))
        }
        return try await clients(140) { [bytes = bytes + HTTP2Bytes.ping] in
            let client = try await TLSClient.connect(to: webhook, speaking: "h2")
            try await client.send(bytes)
            // Everything before it has been taken, too.
            #expect(try await client.receive(until: HTTP2Bytes.pong))
            return client
        }
    }

    private static func sendLargeHeads(to webhook: Webhook) async throws -> [TLSClient] {
        var bytes = HTTP2Bytes.greeting()
        bytes += HTTP2Bytes.review(1, HTTP2Frame.indexedField("x", String(repeating: "x", count: 3900)))
        for index in 1..<100 {
            bytes += HTTP2Bytes.review(UInt32(1 + 2 * index), [UInt8](repeating: HTTP2Frame.lastIndexed, count: 4000))
        }
        return try await clients(40) { [bytes] in
            let client = try await TLSClient.connect(to: webhook, speaking: "h2")
            try? await client.send(bytes)
            // After the fourth.
            #expect(try await isEnded(client))
            return nil
        }
    }

    private static func sendUselessFrames(to webhook: Webhook) async throws -> [TLSClient] {
        let frames = [
            "of an unknown type": HTTP2Frame(kind: 0xF0).bytes,
            "ALTSVC": HTTP2Frame(kind: 0x0A, payload: [0, 1, 0x61]).bytes,
            "PRIORITY_UPDATE": HTTP2Frame(kind: 0x10, payload: [0, 0, 0, 1, 0x75]).bytes,
            "PING": HTTP2Bytes.ping,
            "SETTINGS": HTTP2Frame(.settings).bytes,
            "WINDOW_UPDATE": HTTP2Frame(.windowUpdate, payload: [0, 0, 0, 1]).bytes,
            "padded empty DATA": HTTP2Frame(.data, flags: 0x8, stream: 3, payload: [1, 0]).bytes,
            "DATA on a closed stream": HTTP2Frame(.data, stream: 1, payload: [0x78]).bytes,
            "HEADERS on a closed stream": HTTP2Bytes.get(1, "/livez"),
        ]
        for (name, frame) in frames {
            let client = try await TLSClient.connect(to: webhook, speaking: "h2")
            let head = HTTP2Bytes.greeting() + HTTP2Bytes.get(1, "/livez") + HTTP2Bytes.review(3) + HTTP2Bytes.ping
            try await client.send(head)
            #expect(try await client.receive(until: HTTP2Bytes.pong))
            let flood = [[UInt8]](repeating: frame, count: 1000).flatMap(\.self)
            _ = try await client.sendWithoutReading(flood, limit: 200 * flood.count, patience: 60)
            #expect(try await isEnded(client), "\(name)")
        }
        return []
    }

    private static func takeNoAnswers(of webhook: Webhook) async throws -> [TLSClient] {
        let steps = (0..<64).map { #"{"name":"plan","parameters":{"prompt":"${a\#($0)}"}}"# }.joined(separator: ",")
        let review = Array(Reviews.create(spec: #""workflow":{"steps":[\#(steps)]},"#).utf8)
        var bytes = HTTP2Bytes.greeting([(4, 0)])
        for index in 0..<250 { bytes += HTTP2Bytes.review(UInt32(1 + 2 * index), body: review) }
        return try await clients(16) { [bytes = bytes + HTTP2Bytes.ping] in
            let client = try await TLSClient.connect(to: webhook, speaking: "h2")
            try? await client.send(bytes)
            _ = try await client.receive(until: HTTP2Bytes.pong)
            return client
        }
    }

    /// Whether the server has ended the connection; what comes until then is read.
    private static func isEnded(_ client: TLSClient) async throws -> Bool {
        // Not before a minute has passed without anything.
        let start = ContinuousClock.now
        _ = try await client.receive(patience: 60)
        return ContinuousClock.now - start < .seconds(60)
    }

    // MARK: TLS and HTTP/1.1

    private static func beSilent(to webhook: Webhook) async throws -> [TLSClient] {
        // Those that are too many are closed, some in the midst of the handshake.
        try await clients(1280) { try? await TLSClient.connect(to: webhook) }
    }

    private static func changeKeys(to webhook: Webhook) async throws -> [TLSClient] {
        try await clients(16) {
            let client = try await TLSClient.connect(to: webhook)
            try await client.updateKeys(1000)
            #expect(try await isEnded(client))
            return nil
        }
    }

    private static func readNothing(of webhook: Webhook) async throws -> [TLSClient] {
        let requests = Array(
            String(repeating: "GET /validate HTTP/1.1\r\nHost: h\r\n\r\n", count: 400).utf8
        )
        return try await clients(64) {
            let client = try await TLSClient.connect(to: webhook, receiveBuffer: 4096)
            let limit = 16 << 20
            let sent = try await client.sendWithoutReading(requests, limit: limit, patience: 1)
            #expect(sent < limit, "the server took everything")
            return client
        }
    }
}
