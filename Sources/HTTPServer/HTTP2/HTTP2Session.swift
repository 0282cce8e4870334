internal import CNghttp2
internal import NIOCore

/// One server side of an HTTP/2 connection: the owner of the library's session and of the table of streams.
///
/// It does no input or output. Received bytes go in through ``receive(_:)``; the library's callbacks fill ``HTTP2Stream``s
/// and queue ``Event``s; the connection takes those afterwards, submits answers and drains ``send(into:)``. Neither of the two
/// is ever called from a callback. All of it belongs to one event loop.
///
/// Flow control: a stream's window is as large as the largest body, so it is never extended. The connection's window is what
/// the connection may hold; bytes go back into it when their request has been answered or its stream has ended.
///
/// Safe to use: the pointer is private, lives as long as this object, and points back to it without owning it.
@safe
final class HTTP2Session {
    /// What the connection has to act on, in the order it came.
    enum Event {
        /// The head is complete; ask the service whether it wants the body.
        case head(HTTP2Stream, HTTPRequestHead)
        /// The request is complete.
        case complete(HTTP2Stream)
        /// The request cannot be taken; answer with the error.
        case failure(HTTP2Stream, HTTPRequestError)
        /// A stream or the connection was ended because the client is too slow.
        case timedOut(HTTPTimeout)
        /// The client sent its SETTINGS.
        case settings
        /// The client has answered our PING.
        case pingAcknowledgement
        /// The client makes us do too much, and the connection ends.
        case ended(HTTPConnectionEnd)
    }

    private let session: OpaquePointer
    let limits: HTTPServerLimits
    let budget: BodyBudget
    let allocator: ByteBufferAllocator
    var streams: [Int32: HTTP2Stream] = [:]
    var events = CircularBuffer<Event>(initialCapacity: 4)
    var work = HTTP2PeerWork()
    var hasBegunStream = false
    /// Bytes of answers that have not been written.
    private(set) var unsentAnswerBytes = 0
    /// Some have been since the last tick.
    var hasSentAnswer = false
    /// Ticks for which some waited and none was.
    var unsentTicks = 0
    private(set) var hasEnded = false

    /// Window bytes to give back once the library is not in the middle of a frame.
    var releasedWindowBytes = 0

    init(limits: HTTPServerLimits, budget: BodyBudget, allocator: ByteBufferAllocator) throws(HTTP2Error) {
        self.limits = limits
        self.budget = budget
        self.allocator = allocator
        var created: OpaquePointer?
        // The callbacks and options are copied by the call.
        let code = unsafe nghttp2_session_server_new2(
            &created,
            HTTP2Callbacks.shared.pointer,
            nil,
            HTTP2Callbacks.shared.options
        )
        guard code == 0, let created = unsafe created else {
            throw Self.error(code, doing: "create an HTTP/2 session")
        }
        unsafe session = created
        // The session calls back only from calls made on this object, so it never outlives it; see `deinit`.
        unsafe nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
        try announceSettings()
    }

    deinit {
        unsafe nghttp2_session_del(session)
    }

    private func announceSettings() throws(HTTP2Error) {
        let settings = [
            (NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.maximumConcurrentStreams),
            (NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, streamWindowBytes),
            (NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.maximumHeaderBytes),
            // Saves the library the tree of dependencies, which nobody uses (RFC 9218, section 2.1).
            (NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
        ].map { setting, value in
            nghttp2_settings_entry(
                settings_id: Int32(setting.rawValue),
                value: UInt32(clamping: min(value, Int(Int32.max)))
            )
        }
        // The entries are copied by the call.
        var code = unsafe nghttp2_submit_settings(session, Self.noFlags, settings, settings.count)
        guard code == 0 else { throw Self.error(code, doing: "announce the HTTP/2 settings") }
        let window = Int32(clamping: max(limits.maximumBufferedBytesPerConnection, streamWindowBytes))
        code = unsafe nghttp2_session_set_local_window_size(session, Self.noFlags, 0, window)
        guard code == 0 else { throw Self.error(code, doing: "announce the HTTP/2 window") }
    }

    /// The largest body and a frame more, so that a body over the limit is seen and answered, not stuck.
    private var streamWindowBytes: Int { limits.maximumBodyBytes + 16 * 1024 }

    var hasStreams: Bool { !streams.isEmpty }

    /// Whether the client has opened any stream yet.
    var hasTakenStreams: Bool { unsafe nghttp2_session_get_last_proc_stream_id(session) > 0 }

    /// Whether the library has come to the end of the connection, by GOAWAY or by an error of the client.
    var isOver: Bool {
        unsafe nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
    }

    // MARK: Bytes

    /// Takes received bytes, whole or in any pieces.
    ///
    /// Take the events afterwards.
    func receive(_ bytes: ByteBuffer) throws(HTTP2Error) {
        // Both read the bytes during the call and keep no pointer to them.
        let consumed = unsafe bytes.withUnsafeReadableBytes { bytes -> Int in
            unsafe work.scan(bytes)
            // The library holds the pieces of a field until it is whole, and decoding them all would cost the same again.
            guard !work.exceedsHead(limits) else { return 0 }
            return unsafe nghttp2_session_mem_recv(session, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        }
        guard consumed >= 0 else { throw Self.error(Int32(clamping: consumed), doing: "read HTTP/2 frames") }
        if let reason = work.excess(over: limits) { end(reason) }
    }

    /// Ends the connection for what the client does.
    func end(_ reason: HTTPConnectionEnd) {
        guard !hasEnded else { return }
        hasEnded = true
        events.append(.ended(reason))
        terminate()
    }

    /// Says ENHANCE_YOUR_CALM, which the library also takes as the order to read nothing more.
    func terminate() {
        _ = unsafe nghttp2_session_terminate_session(session, NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
    }

    /// Writes the next frames behind what is in `output`.
    ///
    /// - Returns: false when there was nothing to write.
    func send(into output: inout ByteBuffer) throws(HTTP2Error) -> Bool {
        giveWindowBack()
        var data: UnsafePointer<UInt8>?
        let count = unsafe nghttp2_session_mem_send(session, &data)
        guard count >= 0 else { throw Self.error(Int32(clamping: count), doing: "write HTTP/2 frames") }
        guard count > 0, let data = unsafe data else { return false }
        // The bytes are the library's until the next call; they are copied here.
        unsafe output.writeBytes(UnsafeRawBufferPointer(start: data, count: count))
        return true
    }

    func nextEvent() -> Event? {
        events.popFirst()
    }

    // MARK: Answers

    /// Submits the whole answer.
    ///
    /// A client that is still sending is told to stop some time after the answer has left.
    func submit(_ response: HTTPResponse, on stream: HTTP2Stream) {
        switch stream.phase {
        case .head, .body, .answering: break
        case .responding, .answered, .closed: return
        }
        release(stream)
        let isHead = stream.head?.method == .head
        stream.forgetHead()
        stream.answerBody = isHead ? ByteBuffer() : response.body
        unsentAnswerBytes += stream.answerBody.readableBytes
        stream.enter(.responding)
        var fields = HTTP2AnswerFields(response)
        let hasBody = stream.answerBody.readableBytes > 0
        var provider = unsafe nghttp2_data_provider()
        unsafe provider.read_callback = HTTP2Callbacks.readAnswer
        let code = unsafe fields.withNameValues { pairs in
            unsafe withUnsafePointer(to: provider) { provider in
                unsafe nghttp2_submit_response(
                    session,
                    stream.id,
                    pairs.baseAddress,
                    pairs.count,
                    hasBody ? provider : nil
                )
            }
        }
        // The only failures are out of memory and a stream that has gone.
        if code != 0 { reset(stream, NGHTTP2_INTERNAL_ERROR) }
    }

    /// A piece of an answer's body is in a frame.
    func countSent(_ count: Int) {
        unsentAnswerBytes -= count
        hasSentAnswer = true
    }

    /// Lets go of an answer.
    func forgetAnswer(of stream: HTTP2Stream) {
        unsentAnswerBytes -= stream.answerBody.readableBytes
        stream.answerBody = ByteBuffer()
    }

    /// Ends a stream from our side without an answer.
    func reset(_ stream: HTTP2Stream, _ reason: nghttp2_error_code) {
        _ = unsafe nghttp2_submit_rst_stream(session, Self.noFlags, stream.id, reason.rawValue)
    }

    // MARK: The end

    /// Tells the client to open no more streams here, and asks for a sign that it has read so.
    func giveNotice() {
        _ = unsafe nghttp2_submit_shutdown_notice(session)
        _ = unsafe nghttp2_submit_ping(session, Self.noFlags, nil)
    }

    /// Names the last stream that was taken; later ones are ignored.
    func finish() {
        let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
        _ = unsafe nghttp2_submit_goaway(session, Self.noFlags, last, NGHTTP2_NO_ERROR.rawValue, nil, 0)
    }

    // MARK: The window

    /// Lets go of the body of a request.
    func release(_ stream: HTTP2Stream) {
        stream.body.release()
        releasedWindowBytes += stream.heldWindowBytes
        stream.heldWindowBytes = 0
    }

    private func giveWindowBack() {
        guard releasedWindowBytes > 0 else { return }
        _ = unsafe nghttp2_session_consume_connection(session, releasedWindowBytes)
        releasedWindowBytes = 0
    }

    static let noFlags = UInt8(NGHTTP2_FLAG_NONE.rawValue)

    private static func error(_ code: Int32, doing action: String) -> HTTP2Error {
        // The library's texts are literals.
        HTTP2Error(action: action, reason: unsafe String(cString: nghttp2_strerror(code)))
    }
}
