/// What the head of an HTTP/1 request says about the message and the connection, beside the request itself.
struct HTTP1Framing: Hashable {
    /// How the end of the body is found (RFC 9112, section 6.3).
    enum Body: Hashable {
        case none
        case length(Int)
        case chunked
    }

    var body: Body

    /// The client wants the connection kept, and it can be.
    var keepsAlive: Bool

    /// The client waits for `100 Continue` before it sends the body.
    var expectsContinue: Bool
}
