import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServer

@Suite struct `Connections of an event loop` {
    private final class Recorder: ServedConnection {
        var ticks = 0
        var retirements = 0
        var drains = 0

        func tick() { ticks += 1 }
        func retire() { retirements += 1 }
        func drain() { drains += 1 }
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

    @Test func `are none to wait for when none is there`() throws {
        let registry = ConnectionRegistry(eventLoop: EmbeddedEventLoop())
        try registry.drain().wait()
    }
}
