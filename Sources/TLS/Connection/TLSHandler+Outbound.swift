package import NIOCore

extension TLSHandler {
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch phase {
        case .closing, .closed:
            promise?.fail(ChannelError.ioOnClosedChannel)
        case .open:
            guard !isOutputClosed else {
                promise?.fail(ChannelError.outputClosed)
                return
            }
            writes.append(unwrapOutboundIn(data), promise: promise)
        case .idle, .sniffing, .handshaking:
            writes.append(unwrapOutboundIn(data), promise: promise)
            if writes.byteCount > Self.maximumBytesBeforeHandshake {
                let error = TLSError.tooManyBytesBeforeHandshake(limit: Self.maximumBytesBeforeHandshake)
                writes.fail(error)
                fail(context, error)
            }
        }
    }

    package func flush(context: ChannelHandlerContext) {
        guard phase == .open, let connection else {
            isFlushWanted = true
            return
        }
        guard !writes.isEmpty else {
            context.flush()
            return
        }
        isFlushWanted = false
        switch writes.encrypt(with: connection) {
        case .done(let promise):
            sendCiphertext(context, connection, promise: promise)
        case .blocked:
            isFlushWanted = true
            sendCiphertext(context, connection)
        case .failed(let queue):
            fail(context, .connection(reason: queue.description))
        }
    }

    /// Hands all ciphertext there is to the socket in one write and one flush.
    func sendCiphertext(
        _ context: ChannelHandlerContext,
        _ connection: TLSConnection,
        promise: EventLoopPromise<Void>? = nil
    ) {
        guard let ciphertext = connection.takeCiphertext() else {
            promise?.succeed()
            return
        }
        context.writeAndFlush(wrapOutboundOut(ciphertext), promise: promise)
    }

    // MARK: Closing

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch (mode, phase) {
        case (.input, _), (_, .idle), (_, .closed):
            context.close(mode: mode, promise: promise)
        case (.output, .open):
            closeOutput(context, promise: promise)
        case (.output, .sniffing), (.output, .handshaking):
            // Who cannot answer, or ask, has no use for the connection.
            finish(context, promise: promise)
        case (_, .closing):
            join(promise)
        case (.all, .open):
            connection?.shutdown()
            finish(context, promise: promise)
        case (.all, .sniffing), (.all, .handshaking):
            finish(context, promise: promise)
        }
    }

    private func closeOutput(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        guard !isOutputClosed, let connection else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        flush(context: context)
        guard phase == .open else {
            join(promise)
            return
        }
        isOutputClosed = true
        writes.fail(ChannelError.outputClosed)
        connection.shutdown()
        sendCiphertext(context, connection)
        context.close(mode: .output, promise: promise)
    }

    /// Lets a second close have the result of the first.
    private func join(_ promise: EventLoopPromise<Void>?) {
        guard let promise else { return }
        if let closePromise {
            closePromise.futureResult.cascade(to: promise)
        } else if phase == .closed {
            promise.succeed()
        } else {
            closePromise = promise
        }
    }

    /// Gives up on the connection: the alert goes out, then downstream learns why, then the channel closes.
    func fail(_ context: ChannelHandlerContext, _ error: TLSError, lastBytes: ByteBuffer? = nil) {
        guard phase != .closing, phase != .closed else { return }
        finish(context, error: error, lastBytes: lastBytes, promise: nil)
    }

    /// Sends what is left, then closes the channel when it has reached the socket or ``closeTimeout`` is over.
    private func finish(
        _ context: ChannelHandlerContext,
        error: TLSError? = nil,
        lastBytes: ByteBuffer? = nil,
        promise: EventLoopPromise<Void>?
    ) {
        phase = .closing
        timer?.cancel()
        timer = nil
        closePromise = promise
        var lastWrite: EventLoopFuture<Void>?
        if let bytes = lastBytes ?? connection?.takeCiphertext() {
            let written = context.eventLoop.makePromise(of: Void.self)
            lastWrite = written.futureResult
            context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
        }
        writes.fail(error ?? ChannelError.ioOnClosedChannel)
        if let error { context.fireErrorCaught(error) }
        guard phase == .closing else { return }
        guard let lastWrite else {
            closeChannel(context)
            return
        }
        timer = schedule(Self.closeTimeout, context) { handler, context in
            handler.closeChannel(context)
        }
        // At once if the socket has taken everything already.
        lastWrite.assumeIsolated().whenComplete { [self] result in
            if lastBytes != nil, case .success = result { linger(context) } else { closeChannel(context) }
        }
    }

    /// Says that nothing more comes, and lets the client finish what it has to say: see ``lingerTimeout``.
    private func linger(_ context: ChannelHandlerContext) {
        guard phase == .closing else { return }
        lingerBytes = Self.maximumLingerBytes
        timer?.cancel()
        timer = schedule(Self.lingerTimeout, context) { handler, context in
            handler.closeChannel(context)
        }
        context.close(mode: .output, promise: nil)
        if phase == .closing { context.read() }
    }

    /// Passes over what comes after the last answer; closes when it is too much.
    func overhear(_ context: ChannelHandlerContext, _ bytes: Int) {
        guard lingerBytes > 0 else { return }
        lingerBytes -= bytes
        if lingerBytes <= 0 { closeChannel(context) }
    }

    func closeChannel(_ context: ChannelHandlerContext) {
        guard phase == .closing else { return }
        becomeClosed()
        let promise = closePromise
        closePromise = nil
        context.close(mode: .all, promise: promise)
    }
}
