internal import NIOCore

/// One request and its answer on an HTTP/2 connection.
///
/// A class, because the table of streams, the queue of events and a service's outstanding answer refer to the same one.
final class HTTP2Stream {
    /// How far the exchange is.
    enum Phase {
        /// Header fields are coming in.
        case head
        /// The head is complete, the body is being collected.
        case body
        /// The service has the request.
        case answering
        /// The answer is with the library.
        ///
        /// A body that still comes is thrown away.
        case responding
        /// The answer has left, but the client is still sending; it is thrown away.
        case answered
        /// Nothing more can be sent.
        case closed
    }

    let id: Int32
    private(set) var phase = Phase.head

    /// Ticks since the phase began.
    private(set) var age = 0

    /// The client has sent everything.
    var isRemotelyClosed = false

    /// Body bytes taken from the connection's window and not yet given back.
    var heldWindowBytes = 0

    var body: BodyCollector

    /// What is left to send of the answer's body.
    var answerBody = ByteBuffer()

    /// The head was found complete; nil before.
    private(set) var head: HTTPRequestHead?

    private var method = HTTPRequestMethod.get
    private var path: String?
    private var authority: String?
    private var contentType: String?
    private var contentEncoding: String?
    private var accept: String?
    private var traceParent = TraceParent.absent
    private var contentLength: Int?
    private var headerBytes = 0
    private var headerFieldCount = 0

    /// Bytes of the head that are kept.
    private var keptBytes = 0

    /// What the stream itself takes, until it is closed; nil for one of the first.
    private let ownReservation: BodyReservation?

    /// The server had no room for one stream more.
    private let isOverBudget: Bool

    /// - Parameters:
    ///   - id: the stream's number.
    ///   - body: collects the body, and holds the reservation for what is kept of the head.
    ///   - budget: what the stream itself counts against; nil if it does not.
    init(id: Int32, body: BodyCollector, budget: BodyBudget?) {
        self.id = id
        self.body = body
        ownReservation = budget.map(BodyReservation.init(in:))
        isOverBudget = ownReservation.map { !$0.grow(by: HTTPServerLimits.streamBytes) } ?? false
    }

    func enter(_ phase: Phase) {
        self.phase = phase
        age = 0
    }

    func tick() {
        age += 1
    }

    // MARK: The head

    /// Whether more header fields came than the limits allow (RFC 9113, section 6.5.2, counts 32 bytes more a field).
    func exceeds(_ limits: HTTPServerLimits) -> Bool {
        headerBytes > limits.maximumHeaderBytes || headerFieldCount > limits.maximumHeaderFields
    }

    /// Whether so much more came that nothing more of the head is to be read.
    func exceedsByFar(_ limits: HTTPServerLimits) -> Bool {
        headerBytes > limits.farTooManyHeaderBytes
            || headerFieldCount > limits.maximumHeaderFields * HTTPServerLimits.headExcess
    }

    /// Why the request of the complete head cannot be had; nil if it can.
    func problem(_ limits: HTTPServerLimits) -> HTTPRequestError? {
        if headerFieldCount > limits.maximumHeaderFields {
            return .tooManyHeaderFields(headerFieldCount, maximum: limits.maximumHeaderFields)
        }
        if headerBytes > limits.maximumHeaderBytes { return .headTooLarge(maximumBytes: limits.maximumHeaderBytes) }
        return isOverBudget ? .tooManyBodyBytes : body.hold(headBytes: keptBytes)
    }

    /// Counts a field before it is copied anywhere.
    func countField(nameLength: Int, valueLength: Int) {
        headerBytes += nameLength + valueLength + 32
        headerFieldCount += 1
    }

    /// Takes a field of the head, and keeps it if somebody reads it.
    ///
    /// The library has checked the pseudo-header fields and the bytes (RFC 9113, section 8.2.1).
    func take(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
        // The name is compared, and the value copied, before the call returns.
        if unsafe Self.is(name, ":path") {
            unsafe keep(value, &path)
        } else if unsafe Self.is(name, ":method") {
            unsafe method = HTTPRequestMethod(String(decoding: value, as: UTF8.self))
            if case .other = method { keptBytes += value.count }
        } else if unsafe Self.is(name, ":authority") {
            unsafe authority = String(decoding: value, as: UTF8.self)
        } else if unsafe Self.is(name, "content-length") {
            unsafe contentLength = Int(String(decoding: value, as: UTF8.self))
        } else if contentType == nil, unsafe Self.is(name, "content-type") {
            unsafe keep(value, &contentType)
        } else if contentEncoding == nil, unsafe Self.is(name, "content-encoding") {
            unsafe keep(value, &contentEncoding)
        } else if unsafe Self.is(name, "traceparent") {
            unsafe traceParent.note(value)
        } else if method == .get, unsafe Self.is(name, "accept") {
            // Several are one list (RFC 9110, section 5.3); pseudo-header fields come first.
            let before = accept.map { "\($0)," } ?? ""
            unsafe keep(value, &accept)
            accept = before + (accept ?? "")
        }
    }

    private func keep(_ value: UnsafeBufferPointer<UInt8>, _ text: inout String?) {
        keptBytes += value.count
        unsafe text = String(decoding: value, as: UTF8.self)
    }

    private static func `is`(_ name: UnsafeBufferPointer<UInt8>, _ expected: StaticString) -> Bool {
        // Both are lent for the call.
        unsafe name.count == expected.utf8CodeUnitCount
            && name.elementsEqual(
                UnsafeBufferPointer(start: expected.utf8Start, count: expected.utf8CodeUnitCount)
            )
    }

    /// The head is complete.
    func finishHead() -> HTTPRequestHead {
        let head = HTTPRequestHead(
            method: method,
            target: path ?? authority ?? "",
            version: .http2,
            contentType: contentType,
            contentEncoding: contentEncoding,
            accept: accept,
            host: method == .get ? authority : nil,
            traceParent: traceParent,
            contentLength: isRemotelyClosed ? 0 : contentLength
        )
        // It is the target of CONNECT, which alone has no path, and the host of a GET.
        if path == nil || method == .get { keptBytes += authority?.utf8.count ?? 0 }
        (path, authority, contentType, contentEncoding, accept) = (nil, nil, nil, nil, nil)
        self.head = head
        enter(.body)
        body.begin(announcedBytes: contentLength)
        return head
    }

    /// The request has been answered: nobody reads its head any more.
    func forgetHead() {
        head = nil
    }
}
