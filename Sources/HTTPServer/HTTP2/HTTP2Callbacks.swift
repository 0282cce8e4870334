internal import CNghttp2
internal import NIOCore

/// The library's callbacks and options, made once for the process: sessions copy them.
///
/// Each callback is a few lines of C-callable Swift that finds the ``HTTP2Session`` in the user data and calls one method.
// Unchecked: nothing writes to either object after `init`, and they live as long as the process.
@safe
final class HTTP2Callbacks: @unchecked Sendable {
    static let shared = HTTP2Callbacks()

    /// `nghttp2_session_callbacks`.
    let pointer: OpaquePointer?

    /// `nghttp2_option`.
    let options: OpaquePointer?

    private init() {
        var callbacks: OpaquePointer?
        var options: OpaquePointer?
        // Both fail only when memory is out; the session then is refused for want of them.
        _ = unsafe nghttp2_session_callbacks_new(&callbacks)
        _ = unsafe nghttp2_option_new(&options)
        unsafe pointer = callbacks
        unsafe self.options = options
        if let options = unsafe options {
            unsafe nghttp2_option_set_no_auto_window_update(options, 1)
            // Closed streams were kept only for the priority tree.
            unsafe nghttp2_option_set_no_closed_streams(options, 1)
        }
        if let callbacks = unsafe callbacks { unsafe Self.install(callbacks) }
    }

    private static func install(_ callbacks: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, beginHeaders)
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks, receiveField)
        unsafe nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, refuseField)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, receiveFrame)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, receiveData)
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, sendFrame)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, closeStream)
    }

    /// The session behind the user data; nil only before `HTTP2Session.init` has set it.
    private static func session(_ userData: UnsafeMutableRawPointer?) -> HTTP2Session? {
        // The library calls back only from calls made on the session, which is therefore alive.
        unsafe userData.map { unsafe Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func isType(_ header: nghttp2_frame_hd, _ type: nghttp2_frame_type) -> Bool {
        UInt32(header.type) == type.rawValue
    }

    private static func hasFlag(_ header: nghttp2_frame_hd, _ flag: nghttp2_flag) -> Bool {
        UInt32(header.flags) & flag.rawValue != 0
    }

    private static let beginHeaders: nghttp2_on_begin_headers_callback = { _, frame, userData in
        guard let frame = unsafe frame?.pointee, let session = unsafe session(userData) else { return 0 }
        // The only category a client's first HEADERS can have; trailers belong to a stream that is there.
        if unsafe isType(frame.hd, NGHTTP2_HEADERS) && frame.headers.cat == NGHTTP2_HCAT_REQUEST {
            unsafe session.beginHead(streamID: frame.hd.stream_id)
        }
        return 0
    }

    private static let receiveField: nghttp2_on_header_callback = {
        _,
        frame,
        name,
        nameLength,
        value,
        valueLength,
        _,
        userData in
        guard let frame = unsafe frame?.pointee,
            let stream = unsafe session(userData)?.stream(frame.hd.stream_id),
            let session = unsafe session(userData)
        else { return 0 }
        stream.countField(nameLength: nameLength, valueLength: valueLength)
        guard !stream.exceedsByFar(session.limits) else {
            // Told so, the library decodes the rest of the block, which belongs to the connection's table of fields, and
            // neither checks nor reports it.
            session.refuseHead()
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        // Trailers are dropped, and so is what is over the limit: it is answered when the head is complete.
        guard stream.phase == .head, !stream.exceeds(session.limits) else { return 0 }
        // Both pointers are the library's for the time of the call; what is kept is copied.
        unsafe stream.take(
            name: UnsafeBufferPointer(start: name, count: nameLength),
            value: UnsafeBufferPointer(start: value, count: valueLength)
        )
        return 0
    }

    /// A field with bytes no field may hold makes the request malformed (RFC 9113, section 8.2.1); the library's default is
    /// to drop the field silently, and a proxy in front may not have.
    private static let refuseField: nghttp2_on_invalid_header_callback = { _, _, _, _, _, _, _, _ in
        NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
    }

    private static let receiveFrame: nghttp2_on_frame_recv_callback = { _, frame, userData in
        guard let frame = unsafe frame?.pointee, let session = unsafe session(userData) else { return 0 }
        let header = unsafe frame.hd
        let ends = hasFlag(header, NGHTTP2_FLAG_END_STREAM)
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_HEADERS where unsafe frame.headers.cat == NGHTTP2_HCAT_REQUEST:
            session.finishHead(streamID: header.stream_id, isComplete: ends)
        case NGHTTP2_HEADERS:
            if ends { session.finishRequest(streamID: header.stream_id) }
        case NGHTTP2_DATA:
            if unsafe ends || header.length - frame.data.padlen >= HTTPServerLimits.usefulDataBytes {
                session.countUsefulFrames(1)
            }
            if ends { session.finishRequest(streamID: header.stream_id) }
        case NGHTTP2_RST_STREAM:
            session.countReset()
        case NGHTTP2_SETTINGS:
            if !hasFlag(header, NGHTTP2_FLAG_ACK) { session.report(.settings) }
        case NGHTTP2_PING:
            if hasFlag(header, NGHTTP2_FLAG_ACK) { session.report(.pingAcknowledgement) }
        default:
            break
        }
        return 0
    }

    private static let receiveData: nghttp2_on_data_chunk_recv_callback = { _, _, streamID, data, count, userData in
        guard let data = unsafe data, let session = unsafe session(userData) else { return 0 }
        unsafe session.receiveData(streamID: streamID, UnsafeRawBufferPointer(start: data, count: count))
        return 0
    }

    private static let sendFrame: nghttp2_on_frame_send_callback = { _, frame, userData in
        guard let frame = unsafe frame?.pointee, let session = unsafe session(userData) else { return 0 }
        let header = unsafe frame.hd
        switch nghttp2_frame_type(rawValue: UInt32(header.type)) {
        case NGHTTP2_HEADERS, NGHTTP2_DATA:
            if hasFlag(header, NGHTTP2_FLAG_END_STREAM) { session.finishAnswer(streamID: header.stream_id) }
        case NGHTTP2_RST_STREAM where unsafe frame.rst_stream.error_code != NGHTTP2_NO_ERROR.rawValue:
            // A client that provokes our resets is as dear as one that sends its own.
            session.countReset()
        default:
            break
        }
        return 0
    }

    private static let closeStream: nghttp2_on_stream_close_callback = { _, streamID, _, userData in
        unsafe session(userData)?.closeStream(streamID)
        return 0
    }

    /// Copies the next piece of an answer's body into the library's frame.
    static let readAnswer: nghttp2_data_source_read_callback = {
        _,
        streamID,
        target,
        capacity,
        flags,
        _,
        userData in
        guard let target = unsafe target, let flags = unsafe flags, let session = unsafe session(userData),
            let stream = session.stream(streamID)
        else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
        let count = min(capacity, stream.answerBody.readableBytes)
        // The library lends `capacity` bytes at `target`, and `count` is not more.
        unsafe stream.answerBody.withUnsafeReadableBytes { bytes in
            if let source = bytes.baseAddress {
                unsafe UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count)
            }
        }
        stream.answerBody.moveReaderIndex(forwardBy: count)
        session.countSent(count)
        if stream.answerBody.readableBytes == 0 {
            unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        }
        return count
    }
}
