import NIOCore
import NIOEmbedded

@testable import TLS

/// A client and the server handler under test, back to back without a network.
final class Conversation {
    let client: TestClient
    let channel: EmbeddedChannel
    let loop = EmbeddedEventLoop()
    let socket = SocketDouble()
    let recorder = Recorder()

    init(
        client offer: TestClient.Offer = TestClient.Offer(),
        context: TLSServerContext? = nil,
        handshakeTimeout: TimeAmount = TLSHandler.defaultHandshakeTimeout,
        maximumKeyUpdates: Int = .max
    ) throws {
        client = try TestClient(offer)
        let handler = try TLSHandler(
            context: context ?? Credentials.context(),
            handshakeTimeout: handshakeTimeout,
            maximumKeyUpdates: maximumKeyUpdates
        )
        channel = EmbeddedChannel(handlers: [socket, handler, recorder], loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 8443)).wait()
    }

    deinit {
        // `finish` waits for the close, and the close for the socket.
        socket.release()
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// Carries bytes to and fro until both ends are silent, `pieceBytes` at a time towards the server.
    func exchange(pieceBytes: Int = .max) throws {
        var isProgress = true
        while isProgress {
            isProgress = false
            if let toServer = client.step() {
                isProgress = true
                try deliver(toServer, pieceBytes: pieceBytes)
            }
            while let toClient = try channel.readOutbound(as: ByteBuffer.self) {
                isProgress = true
                client.connection.receive(toClient)
            }
        }
    }

    /// Gives bytes to the server as the socket would, a read-complete after each piece.
    func deliver(_ bytes: ByteBuffer, pieceBytes: Int = .max) throws {
        var rest = bytes
        while let piece = rest.readSlice(length: min(pieceBytes, rest.readableBytes)), piece.readableBytes > 0 {
            try channel.writeInbound(piece)
        }
    }

    /// Takes everything the server has sent off the wire.
    func takeFromServer() throws -> ByteBuffer {
        var all = ByteBuffer()
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { all.writeImmutableBuffer(bytes) }
        return all
    }

    /// Opens a connection on which nobody has asked for bytes: the one read so far is used up.
    func openWithoutReadWanted() throws {
        channel.read()
        try exchange()
        client.write(ByteBuffer(string: "!"))
        try exchange()
        recorder.forget()
    }

    /// Writes from the application's side.
    func serve(_ plaintext: ByteBuffer) {
        channel.writeAndFlush(plaintext, promise: nil)
    }

    /// Runs what was put off to the next turn of the event loop, such as the end of a close.
    func turn() {
        loop.run()
    }
}

extension ByteBuffer {
    /// Bytes with a pattern that shows losses and swaps.
    static func pattern(_ count: Int) -> ByteBuffer {
        ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
    }
}
