import NIOCore
import Testing

@testable import HTTPServer

@Suite struct `HTTP/2 lifecycle` {
    private static func limits() -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.headerTimeout = .seconds(2)
        limits.idleTimeout = .seconds(4)
        limits.writeTimeout = .seconds(3)
        return limits
    }

    private static func greeted() -> HTTP2Lifecycle {
        var lifecycle = HTTP2Lifecycle(limits())
        lifecycle.receiveSettings()
        return lifecycle
    }

    @Test func `gives notice once, and finishes when the notice was read`() {
        var lifecycle = Self.greeted()
        #expect(lifecycle.receivePingAcknowledgement() == .none)
        #expect(lifecycle.end() == .giveNotice)
        #expect(lifecycle.end() == .none)
        #expect(!lifecycle.isFinishing)
        #expect(lifecycle.receivePingAcknowledgement() == .finish)
        #expect(lifecycle.isFinishing)
        #expect(lifecycle.receivePingAcknowledgement() == .none)
        #expect(lifecycle.end() == .none)
    }

    @Test func `finishes two ticks after the notice at the latest`() {
        var lifecycle = Self.greeted()
        _ = lifecycle.end()
        #expect(lifecycle.tick(hasStreams: true, isWritable: true) == .none)
        #expect(lifecycle.tick(hasStreams: true, isWritable: true) == .finish)
        #expect(lifecycle.tick(hasStreams: true, isWritable: true) == .none)
    }

    @Test func `closes two ticks after the last stream of a finished connection`() {
        var lifecycle = Self.greeted()
        _ = lifecycle.end()
        _ = lifecycle.receivePingAcknowledgement()
        let actions = [true, true, false, true, false, false].map { lifecycle.tick(hasStreams: $0, isWritable: true) }
        #expect(actions == [.none, .none, .none, .none, .none, .close(nil)])
    }

    @Test func `counts idle ticks in a row only`() {
        var lifecycle = Self.greeted()
        let actions = [true, false, false, false, true, false, false, false, false].map {
            lifecycle.tick(hasStreams: $0, isWritable: true)
        }
        #expect(actions == [.none, .none, .none, .none, .none, .none, .none, .none, .giveNotice])
    }

    @Test func `counts a stream that came and went within a tick`() {
        var lifecycle = Self.greeted()
        let actions = [true, false, false, true, false, false, false, false].map {
            lifecycle.tick(hasStreams: false, wasActive: $0, isWritable: true)
        }
        #expect(actions == [.none, .none, .none, .none, .none, .none, .none, .giveNotice])
    }

    @Test func `waits for the first stream no longer than for a head`() {
        var lifecycle = Self.greeted()
        #expect(lifecycle.tick(hasStreams: false, isWritable: true) == .none)
        #expect(lifecycle.quietWait == ConnectionWait(kind: .unused, ticks: 1))
        #expect(lifecycle.tick(hasStreams: false, isWritable: true) == .giveNotice)
    }

    @Test func `closes on a client that does not greet`() {
        var lifecycle = HTTP2Lifecycle(Self.limits())
        #expect(lifecycle.tick(hasStreams: false, isWritable: true) == .none)
        #expect(lifecycle.tick(hasStreams: false, isWritable: true) == .close(.head))
    }

    @Test func `closes on a client that takes nothing, in any state`() {
        for ends in [false, true] {
            var lifecycle = Self.greeted()
            if ends { _ = lifecycle.end() }
            #expect(lifecycle.tick(hasStreams: true, isWritable: false) != .close(.write))
            #expect(lifecycle.tick(hasStreams: true, isWritable: false) != .close(.write))
            #expect(lifecycle.tick(hasStreams: true, isWritable: false) == .close(.write))
        }
    }
}
