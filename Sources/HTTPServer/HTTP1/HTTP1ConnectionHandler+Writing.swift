internal import NIOCore

// Answers, and the end behind the last.
extension HTTP1ConnectionHandler {
    func write(_ response: HTTPResponse, _ reply: HTTP1StateMachine.Reply) {
        HTTP1ResponseWriter.write(response, in: reply.context, to: &output)
        switch reply.ending {
        case nil:
            if output.readableBytes >= HTTPServerLimits.outputChunkBytes {
                flushOutput()
                isCongested = !(context?.channel.isWritable ?? false)
            }
        case .close:
            backlog.removeAll()
            closeWhenWritten()
        case .linger:
            flushOutput()
            linger()
        }
    }

    func flushOutput() {
        guard output.readableBytes > 0, let context else { return }
        let bytes = output
        output = ByteBuffer()
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        countUnread()
    }

    func closeWhenWritten() {
        guard let context else { return }
        let bytes = output
        output = ByteBuffer()
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.context?.close(promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
    }

    /// Reads and throws away until the client closes, or has had its bytes or its time.
    func linger() {
        backlog.removeAll()
        decoder.isDiscarding = true
        resumeReading()
    }

    func closeIfLingeringEnough() {
        if machine.isLingering && decoder.discardedBytes > HTTPServerLimits.maximumDiscardedBytes {
            context?.close(promise: nil)
        }
    }
}
