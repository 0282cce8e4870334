/// What a client has made an HTTP/2 connection do, against what it may.
struct HTTP2PeerWork {
    private var scanner = HTTP2FrameScanner()

    /// Of the frames of this tick, those that a request needs.
    var usefulFrames = 0

    /// Streams of this tick that were taken back, by either side.
    var resets = 0

    /// Heads so far over the limits that they were not read to their end, in the life of the connection.
    var refusedHeads = 0

    /// Counts the frames in received bytes, in any pieces.
    mutating func scan(_ bytes: UnsafeRawBufferPointer) {
        // They are lent for the call.
        unsafe scanner.scan(bytes)
    }

    /// Whether the head that came last is too long even before it is decoded.
    func exceedsHead(_ limits: HTTPServerLimits) -> Bool {
        scanner.headBytes > limits.farTooManyHeaderBytes
    }

    /// Why the connection has to end; nil if it has not.
    func excess(over limits: HTTPServerLimits) -> HTTPConnectionEnd? {
        if exceedsHead(limits) { return .heads }
        if resets > limits.maximumResetsPerSecond { return .resets }
        return scanner.frameCount - usefulFrames > limits.maximumControlFramesPerSecond ? .frames : nil
    }

    /// The counts of the second start again.
    mutating func tick() {
        resets = 0
        scanner.frameCount = 0
        usefulFrames = 0
    }
}
