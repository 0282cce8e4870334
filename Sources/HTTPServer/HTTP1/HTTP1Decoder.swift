internal import NIOCore
internal import NIOHTTP1

/// The codec's request decoder, with two things the connection needs beside the parts: whether bytes came that made no part
/// yet (a head that trickles), and a way to throw everything away once the last answer has been given.
final class HTTP1Decoder: ByteToMessageDecoder {
    typealias InboundOut = HTTPServerRequestPart

    private let base: HTTPRequestDecoder

    /// Bytes have come since this was last set to false.
    var hasReceivedBytes = false

    /// From now on bytes are counted in ``discardedBytes`` and thrown away.
    var isDiscarding = false

    private(set) var discardedBytes = 0

    init(limits: HTTPServerLimits) {
        var configuration = NIOHTTPDecoderLimitConfiguration()
        configuration.maxHeaderFieldSize = limits.maximumHeaderBytes
        configuration.maxHeaderListSize = limits.maximumHeaderBytes
        // Somewhat more than there may be, so that a client that sends one too many is told how many it sent.
        configuration.maxHeaderFieldCount = limits.maximumHeaderFields * HTTPServerLimits.headExcess
        base = HTTPRequestDecoder(
            leftOverBytesStrategy: .dropBytes,
            informationalResponseStrategy: .drop,
            limitConfiguration: configuration
        )
    }

    func decoderAdded(context: ChannelHandlerContext) {
        base.decoderAdded(context: context)
    }

    func decoderRemoved(context: ChannelHandlerContext) {
        base.decoderRemoved(context: context)
    }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        hasReceivedBytes = true
        if isDiscarding {
            discard(&buffer)
            return .needMoreData
        }
        return try base.decode(context: context, buffer: &buffer)
    }

    func decodeLast(context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool) throws -> DecodingState {
        if isDiscarding {
            discard(&buffer)
            return .needMoreData
        }
        return try base.decodeLast(context: context, buffer: &buffer, seenEOF: seenEOF)
    }

    /// Counts bytes thrown away elsewhere.
    func noteDiscarded(_ count: Int) {
        discardedBytes += count
    }

    private func discard(_ buffer: inout ByteBuffer) {
        discardedBytes += buffer.readableBytes
        buffer.moveReaderIndex(to: buffer.writerIndex)
    }
}
