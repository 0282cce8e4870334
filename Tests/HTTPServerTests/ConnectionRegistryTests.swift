import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServer

@Suite struct `Connections of an event loop` {
    private final class Recorder: ServedConnection {
        var ticks = 0
        var retirements = 0
        var drains = 0
        var yields = 0
        var wait: ConnectionWait?

        func tick() { ticks += 1 }
        func retire() { retirements += 1 }
        func drain() { drains += 1 }
        func yield() { yields += 1 }
    }

    /// An embedded channel holds itself until it is closed.
    private func finish(_ channels: [EmbeddedChannel]) throws {
        for channel in channels {
            _ = try channel.finish(acceptAlreadyClosed: true)
        }
    }

    @Test func `are ticked once a second by one timer, while there are any`() throws {
        let eventLoop = EmbeddedEventLoop()
        let registry = ConnectionRegistry(eventLoop: eventLoop)
        let channels = [EmbeddedChannel(loop: eventLoop), EmbeddedChannel(loop: eventLoop)]
        let recorders = [Recorder(), Recorder()]
        for (channel, recorder) in zip(channels, recorders) {
            registry.add(channel)
            registry.serve(recorder, on: channel)
        }
        eventLoop.advanceTime(by: .milliseconds(3500))
        #expect(recorders.map(\.ticks) == [3, 3])
        registry.remove(channels[0])
        eventLoop.advanceTime(by: .seconds(1))
        #expect(recorders.map(\.ticks) == [3, 4])
        registry.remove(channels[1])
        eventLoop.advanceTime(by: .seconds(10))
        #expect(recorders.map(\.ticks) == [3, 4])
        #expect(registry.count == 0)
        try finish(channels)
    }

    @Test func `are drained, and so is one that gets its protocol afterwards`() throws {
        let eventLoop = EmbeddedEventLoop()
        let registry = ConnectionRegistry(eventLoop: eventLoop)
        let channels = [EmbeddedChannel(loop: eventLoop), EmbeddedChannel(loop: eventLoop)]
        let recorders = [Recorder(), Recorder()]
        for channel in channels {
            registry.add(channel)
        }
        registry.serve(recorders[0], on: channels[0])
        let drained = [registry.drain(), registry.drain()]
        registry.serve(recorders[1], on: channels[1])
        #expect(recorders.map(\.drains) == [1, 1])
        for channel in channels {
            registry.remove(channel)
        }
        for future in drained {
            try future.wait()
        }
        try finish(channels)
    }

    @Test func `are retired, and so is one that comes afterwards`() throws {
        let eventLoop = EmbeddedEventLoop()
        let registry = ConnectionRegistry(eventLoop: eventLoop)
        let channels = [EmbeddedChannel(loop: eventLoop), EmbeddedChannel(loop: eventLoop)]
        let recorders = [Recorder(), Recorder()]
        registry.add(channels[0])
        registry.serve(recorders[0], on: channels[0])
        registry.retire()
        registry.add(channels[1])
        registry.serve(recorders[1], on: channels[1])
        #expect(recorders.map(\.retirements) == [1, 1])
        #expect(recorders.map(\.drains) == [0, 0])
        for channel in channels { registry.remove(channel) }
        try finish(channels)
    }

    @Test func `yield in order: never used, then idle the longest, then slow; none that works`() throws {
        let eventLoop = EmbeddedEventLoop()
        let registry = ConnectionRegistry(eventLoop: eventLoop)
        let waits: [ConnectionWait?] = [
            .init(kind: .idle, ticks: 2), .init(kind: .slow, ticks: 9), nil, .init(kind: .unused, ticks: 3),
            .init(kind: .idle, ticks: 80), .init(kind: .unused, ticks: 1), .init(kind: .slow, ticks: 4),
            .init(kind: .unused, ticks: 7),
        ]
        let channels = waits.map { _ in EmbeddedChannel(loop: eventLoop) }
        let recorders = waits.map { wait in
            let recorder = Recorder()
            recorder.wait = wait
            return recorder
        }
        for (channel, recorder) in zip(channels, recorders) {
            registry.add(channel)
            registry.serve(recorder, on: channel)
        }
        var order: [Int] = []
        while registry.makeRoom() {
            order.append(try #require(recorders.indices.first { recorders[$0].yields == 1 && !order.contains($0) }))
        }
        #expect(order == [7, 3, 4, 0, 1])
        try finish(channels)
    }

    @Test func `yield while they shake hands`() throws {
        let eventLoop = EmbeddedEventLoop()
        let registry = ConnectionRegistry(eventLoop: eventLoop)
        let channel = EmbeddedChannel(loop: eventLoop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        registry.add(channel)
        eventLoop.advanceTime(by: .seconds(1))
        #expect(!registry.makeRoom())
        eventLoop.advanceTime(by: .seconds(1))
        #expect(registry.makeRoom())
        #expect(!channel.isActive)
        try finish([channel])
    }

    @Test func `are none to wait for when none is there`() throws {
        let registry = ConnectionRegistry(eventLoop: EmbeddedEventLoop())
        try registry.drain().wait()
    }
}
