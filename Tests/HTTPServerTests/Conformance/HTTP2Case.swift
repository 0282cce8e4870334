import TestWire
import Testing

/// One requirement of HTTP/2, and what a client does to see it met.
struct HTTP2Case: CustomTestStringConvertible, Sendable {
    enum Step: Sendable {
        case send([UInt8])
        /// Goes on when the head of the answer has come.
        case awaitHead(UInt32)
        /// Goes on when the whole answer has come.
        case awaitAnswer(UInt32)
        /// Goes on when the server has acknowledged so many SETTINGS, the greeting's among them.
        case awaitSettings(Int)
    }

    /// What the server is to do.
    enum Outcome: Sendable {
        /// Answer with 200 and this text.
        case answers(UInt32, String)
        /// Answer with this status, and let the connection live.
        case status(UInt32, String)
        /// End the stream with this code, and let the connection live.
        case resets(UInt32, ErrorCode)
        /// Say this code, and close.
        case ends(ErrorCode)
        /// Close, with or without a word.
        case closes
        /// Nothing but go on.
        case lives
        /// Come to this.
        case says(@Sendable (HTTP2Transcript) -> Bool)
    }

    /// RFC 9113, section 7.
    enum ErrorCode: UInt32, Sendable {
        case none
        case `protocol`
        case `internal`
        case flowControl
        case settingsTimeout
        case streamClosed
        case frameSize
        case refusedStream
        case cancel
        case compression
    }

    /// The RFC and the section in it, which the requirement is from.
    var section: String
    /// Which case of h2spec's list (its part, its section, its number there) the requirement is; nil beside the list.
    var listed: String?
    var title: String
    /// What the client's first SETTINGS say; nil when it sends neither those nor a preface.
    var settings: [(UInt16, UInt32)]? = []
    var steps: [Step]
    var outcome: Outcome
    /// Why it is not what the RFC, or the list, asks for; nil where it is.
    var difference: String?

    init(
        _ section: String,
        _ listed: String?,
        _ title: String,
        settings: [(UInt16, UInt32)]? = [],
        _ steps: [Step],
        _ outcome: Outcome,
        insteadOf difference: String? = nil
    ) {
        self.section = section
        self.listed = listed
        self.title = title
        self.settings = settings
        self.steps = steps
        self.outcome = outcome
        self.difference = difference
    }

    var testDescription: String { "\(section): \(title)" }

    /// All, in the order of the sections.
    static let all: [HTTP2Case] = exchanges + frames + streams + definitions + messages + compression
}

extension HTTP2Case.Step {
    static func frames(_ frames: HTTP2Frame...) -> Self {
        .send(frames.flatMap(\.bytes))
    }
}

extension HTTP2Frame {
    static let padded: UInt8 = 0x8
    static let prioritized: UInt8 = 0x20

    /// A whole request without a body.
    static func request(_ stream: UInt32, _ path: String = "/") -> HTTP2Frame {
        headers(stream, HTTP2Peer.get(path))
    }

    /// A request whose body is to come.
    static func upload(_ stream: UInt32, _ fields: [(String, String)] = []) -> HTTP2Frame {
        headers(stream, HTTP2Peer.post("/", fields), endStream: false)
    }

    /// A request whose block of fields is to go on.
    static func beginning(_ stream: UInt32, _ path: String = "/") -> HTTP2Frame {
        headers(stream, HTTP2Peer.get(path), endHeaders: false)
    }

    static func continuation(_ stream: UInt32, _ fields: [(String, String)], endHeaders: Bool = true) -> HTTP2Frame {
        HTTP2Frame(
            .continuation,
            flags: endHeaders ? Self.endHeaders : 0,
            stream: stream,
            payload: literalFields(fields)
        )
    }

    /// A whole request whose block of fields is made by hand.
    static func block(_ stream: UInt32, _ payload: [UInt8], flags: UInt8 = 0) -> HTTP2Frame {
        HTTP2Frame(.headers, flags: flags | endStream | endHeaders, stream: stream, payload: payload)
    }

    static func priority(_ stream: UInt32, on parent: UInt32 = 0, weight: UInt8 = 15) -> HTTP2Frame {
        HTTP2Frame(.priority, stream: stream, payload: integer(parent) + [weight])
    }

    /// GET, https, authority `h`, in the shortest form; the path comes behind.
    static let shortHead: [UInt8] = [0x82, 0x87, 0x41, 0x01, 0x68]

    /// The same with the path `/`.
    static let shortRequest = shortHead + [0x84]
}
