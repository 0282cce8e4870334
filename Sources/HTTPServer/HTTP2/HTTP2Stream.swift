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

    private var method = ""
    private var path: String?
    private var authority: String?
    private var fields = HTTPFields()
    private var contentLength: Int?
    private var headerBytes = 0
    private var headerFieldCount = 0

    init(id: Int32, body: BodyCollector) {
        self.id = id
        self.body = body
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

    /// Counts a field before it is copied anywhere.
    func countField(nameLength: Int, valueLength: Int) {
        headerBytes += nameLength + valueLength + 32
        headerFieldCount += 1
    }

    /// Takes a field of the head.
    ///
    /// The library has checked the pseudo-header fields and the bytes (RFC 9113, section 8.2.1).
    func take(name: String, value: String) {
        switch name {
        case ":method": method = value
        case ":path": path = value
        case ":authority": authority = value
        case ":scheme": break
        case "content-length":
            contentLength = Int(value)
            fields.append(name: name, value: value)
        default: fields.append(name: name, value: value)
        }
    }

    /// The head is complete.
    func finishHead() -> HTTPRequestHead {
        if let authority, !fields.contains("host") { fields.append(name: "host", value: authority) }
        let head = HTTPRequestHead(
            method: HTTPRequestMethod(method),
            target: path ?? authority ?? "",
            version: .http2,
            fields: fields,
            contentLength: isRemotelyClosed ? 0 : contentLength
        )
        self.head = head
        fields = HTTPFields()
        enter(.body)
        body.begin(announcedBytes: contentLength)
        return head
    }
}
