internal import NIOCore
internal import NIOHTTP1
internal import TLS

/// Gets the answer to one request, on the event loop.
///
/// Either ``ended()`` or ``failed(_:)`` is the last call, and there is exactly one of them.
protocol AnswerReceiver: AnyObject {
    /// Whether the request's time limit ends with the answer's head.
    var isStream: Bool { get }
    /// The head of a success.
    func began()
    /// Part of the body of a success; an error gives the connection up.
    func received(_ bytes: ByteBuffer) throws(RequestError)
    /// The body is complete.
    func ended()
    func failed(_ error: RequestError)
}

/// Collects a whole answer.
final class AnswerCollector: AnswerReceiver {
    private let promise: EventLoopPromise<APIAnswer>
    private let limit: Int
    private var body: [UInt8] = []
    var code = 200
    var date: UnixTime?

    init(limit: Int, promise: EventLoopPromise<APIAnswer>) {
        self.limit = limit
        self.promise = promise
    }

    var isStream: Bool { false }

    func began() {}

    func received(_ bytes: ByteBuffer) throws(RequestError) {
        guard body.count + bytes.readableBytes <= limit else { throw .tooLarge(limit: limit) }
        body.append(contentsOf: bytes.readableBytesView)
    }

    func ended() {
        promise.succeed(APIAnswer(code: code, body: body, date: date))
    }

    func failed(_ error: RequestError) {
        promise.fail(error)
    }
}
