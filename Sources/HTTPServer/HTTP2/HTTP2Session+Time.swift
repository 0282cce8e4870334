internal import CNghttp2
internal import NIOCore

// What takes too long.
extension HTTP2Session {
    /// One tick has passed: streams that took too long fail, and the counts of the second start again.
    func tick() {
        work.tick()
        guard !streams.isEmpty else { return }
        guard !countUnsent() else { return }
        let headTicks = HTTPServerLimits.ticks(in: limits.headerTimeout)
        let bodyTicks = HTTPServerLimits.ticks(in: limits.bodyTimeout)
        let writeTicks = HTTPServerLimits.ticks(in: limits.writeTimeout)
        for stream in streams.values {
            stream.tick()
            switch stream.phase {
            case .head where stream.age >= headTicks:
                // Between HEADERS and its last CONTINUATION nothing else may come, so no answer helps the client.
                events.append(.timedOut(.head))
                terminate()
            case .body where stream.age >= bodyTicks:
                events.append(.failure(stream, .bodyTimedOut))
            case .responding where stream.age >= writeTicks:
                events.append(.timedOut(.write))
                reset(stream, NGHTTP2_CANCEL)
            case .answered:
                // Without blame: RFC 9113, section 8.1.
                reset(stream, NGHTTP2_NO_ERROR)
            case .head, .body, .answering, .responding, .closed:
                break
            }
        }
    }

    /// Ends a connection that has taken nothing of its answers for as long as may be; whether it has.
    ///
    /// One that takes some loses the streams whose answers take too long.
    private func countUnsent() -> Bool {
        unsentTicks = unsentAnswerBytes == 0 || hasSentAnswer ? 0 : unsentTicks + 1
        hasSentAnswer = false
        guard unsentTicks >= HTTPServerLimits.ticks(in: limits.writeTimeout) else { return false }
        events.append(.timedOut(.write))
        end(.unread)
        return true
    }

    /// Whether a stream is there or one was begun since this was last asked.
    func takeActivity() -> Bool {
        defer { hasBegunStream = false }
        return hasBegunStream || hasStreams
    }

    /// Ticks since the client last brought a stream forward; nil when there is none, or one of them waits for the service.
    var waitingTicks: Int? {
        var ticks: Int?
        for stream in streams.values {
            guard stream.phase != .answering else { return nil }
            ticks = min(ticks ?? .max, stream.age)
        }
        return ticks
    }
}
