import NIOCore

/// Sits next to the socket and counts the reads that reach it.
final class ReadRecorder: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}
