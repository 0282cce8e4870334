internal import NIOCore

// What the callbacks report, one method each. The library is in the middle of a call here: streams may change and frames
// may be submitted, but nothing is received or sent.
extension HTTP2Session {
    func beginHead(streamID: Int32) {
        countUsefulFrames(1 + HTTPServerLimits.controlFramesPerRequest)
        hasBegunStream = true
        let isCounted = streams.count >= HTTPServerLimits.maximumUnaccountedStreams
        let body = BodyCollector(
            maximumBytes: limits.maximumBodyBytes,
            unaccountedBytes: isCounted ? 0 : HTTPServerLimits.unaccountedStreamBodyBytes,
            budget: budget
        )
        streams[streamID] = HTTP2Stream(id: streamID, body: body, budget: isCounted ? budget : nil)
    }

    func stream(_ streamID: Int32) -> HTTP2Stream? {
        streams[streamID]
    }

    func finishHead(streamID: Int32, isComplete: Bool) {
        guard let stream = streams[streamID], stream.phase == .head else { return }
        stream.isRemotelyClosed = isComplete
        let head = stream.finishHead()
        if let error = stream.problem(limits) {
            events.append(.failure(stream, error))
            return
        }
        events.append(.head(stream, head))
        if isComplete { events.append(.complete(stream)) }
    }

    func finishRequest(streamID: Int32) {
        guard let stream = streams[streamID] else { return }
        stream.isRemotelyClosed = true
        events.append(.complete(stream))
    }

    func receiveData(streamID: Int32, _ bytes: UnsafeRawBufferPointer) {
        guard let stream = streams[streamID], stream.phase == .body else {
            releasedWindowBytes += bytes.count
            return
        }
        stream.heldWindowBytes += bytes.count
        if let error = unsafe stream.body.append(copying: bytes, allocator: allocator) {
            // Out of the body phase, so that what follows is thrown away and the error is reported once.
            stream.enter(.answering)
            events.append(.failure(stream, error))
        }
    }

    func closeStream(_ streamID: Int32) {
        guard let stream = streams.removeValue(forKey: streamID) else { return }
        release(stream)
        forgetAnswer(of: stream)
        stream.enter(.closed)
    }

    /// The last frame of an answer has been written.
    ///
    /// A client that is still sending gets until the next tick to read the answer and stop by itself. Told to in the same
    /// breath, curl 7.88 forgets the answer.
    func finishAnswer(streamID: Int32) {
        guard let stream = streams[streamID], !stream.isRemotelyClosed else { return }
        stream.enter(.answered)
    }

    func countReset() {
        work.resets += 1
    }

    func countUsefulFrames(_ count: Int) {
        work.usefulFrames += count
    }

    /// A head was so far over the limits that nothing more of it is read.
    func refuseHead() {
        work.refusedHeads += 1
        if work.refusedHeads >= HTTPServerLimits.maximumRefusedHeads { end(.heads) }
    }

    func report(_ event: Event) {
        events.append(event)
    }
}
