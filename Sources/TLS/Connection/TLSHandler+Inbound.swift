package import NIOCore

extension TLSHandler {
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let connection else { return }
        switch phase {
        case .closing:
            overhear(context, unwrapInboundIn(data).readableBytes)
        case .idle, .closed:
            // Nobody reads what comes after an error or our close_notify.
            return
        case .sniffing:
            connection.receive(unwrapInboundIn(data))
            sniff(context, connection)
        case .handshaking:
            let bytes = unwrapInboundIn(data)
            guard isClient || admit(context, bytes) else { return }
            connection.receive(bytes)
            stepHandshake(context, connection)
        case .open:
            connection.receive(unwrapInboundIn(data))
            hasUndecrypted = true
            decryptIfWanted(context)
        }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        completeBurst(context)
    }

    package func read(context: ChannelHandlerContext) {
        hasSeenRead = true
        if isFiring {
            isReadWantedAgain = true
            return
        }
        isReadWanted = true
        guard phase == .open, hasUndecrypted else {
            context.read()
            return
        }
        decrypt(context)
        completeBurst(context)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case ChannelEvent.inputClosed = event else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        switch phase {
        case .sniffing, .handshaking:
            fail(context, .handshake(reason: .truncated))
        case .open:
            if hasUndecrypted {
                isInputClosedHeld = true
                decryptIfWanted(context)
            } else {
                endInput(context)
            }
        case .closing where lingerBytes > 0:
            closeChannel(context)
        case .idle, .closing, .closed:
            context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Handshake

    private func sniff(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
        switch PlainHTTP.classify(connection.waitingCiphertext.readableBytesView) {
        case .undecided:
            return
        case .plainHTTP:
            fail(context, .handshake(reason: .plainHTTP), lastBytes: PlainHTTP.answer(allocator))
        case .other:
            guard admit(context, connection.waitingCiphertext) else { return }
            phase = .handshaking
            stepHandshake(context, connection)
        }
    }

    /// Looks at what a client sends in its handshake; false when the connection has failed for it.
    private func admit(_ context: ChannelHandlerContext, _ bytes: ByteBuffer) -> Bool {
        guard let length = hello.scan(bytes.readableBytesView) else { return true }
        let limit = ClientHelloScanner.maximumBytes
        fail(
            context,
            .handshake(reason: .protocolViolation("a ClientHello of \(length) bytes, and \(limit) is the most")),
            lastBytes: allocator.buffer(bytes: Self.illegalParameter)
        )
        return false
    }

    /// The fatal alert `illegal_parameter` in the clear (RFC 8446, section 6).
    private static let illegalParameter: [UInt8] = [21, 3, 3, 0, 2, 2, 47]

    func stepHandshake(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
        switch connection.handshake() {
        case .incomplete:
            sendCiphertext(context, connection)
        case .complete:
            completeHandshake(context, connection)
        case .failed(let queue):
            let reason = isClient ? HandshakeFailure(queue, ofClient: connection) : HandshakeFailure(queue)
            fail(context, .handshake(reason: reason))
        }
    }

    private func completeHandshake(_ context: ChannelHandlerContext, _ connection: TLSConnection) {
        phase = .open
        timer?.cancel()
        timer = nil
        // The last flight of the handshake; a no-op in TLS 1.3 without tickets.
        sendCiphertext(context, connection)
        // Application data may have come in the same bytes as the client's Finished.
        hasUndecrypted = true
        let event = TLSHandshakeEvent.completed(
            negotiatedProtocol: connection.negotiatedProtocol,
            version: connection.version,
            cipher: connection.cipherName
        )
        isFiring = true
        context.fireUserInboundEventTriggered(event)
        isFiring = false
        isReadWanted = isReadWanted || isReadWantedAgain
        isReadWantedAgain = false
        if isFlushWanted { flush(context: context) }
        decryptIfWanted(context)
    }

    // MARK: Plaintext

    /// Decrypts if downstream has asked.
    ///
    /// A channel that reads by itself asks on downstream's behalf; its first `read()` may have passed before this
    /// handler was added, so until one is seen the channel's option speaks for it.
    private func decryptIfWanted(_ context: ChannelHandlerContext) {
        guard !isFiring, isReadWanted || (!hasSeenRead && isAutoRead(context)) else { return }
        decrypt(context)
    }

    private func isAutoRead(_ context: ChannelHandlerContext) -> Bool {
        (try? context.channel.syncOptions?.getOption(.autoRead)) ?? true
    }

    /// Fires all plaintext there is.
    ///
    /// What re-enters only adds to it.
    func decrypt(_ context: ChannelHandlerContext) {
        guard !isFiring else { return }
        isFiring = true
        var isMore = true
        while isMore, phase == .open, let connection {
            isMore = decryptOnce(context, connection)
        }
        isFiring = false
        if isInputClosedHeld, phase == .open, !hasUndecrypted { endInput(context) }
    }

    /// Fires one buffer of plaintext, and returns whether there may be more.
    private func decryptOnce(_ context: ChannelHandlerContext, _ connection: TLSConnection) -> Bool {
        hasUndecrypted = false
        var plaintext = allocator.buffer(
            capacity: max(connection.expectedPlaintextBytes, Self.minimumPlaintextCapacity)
        )
        let step = connection.read(into: &plaintext)
        guard !connection.hasTooManyKeyUpdates else {
            fail(context, .tooManyKeyUpdates(limit: maximumKeyUpdates))
            return false
        }
        if case .more = step { hasUndecrypted = true }
        // An answer to a KeyUpdate, or an alert.
        if case .failed = step {} else { sendCiphertext(context, connection) }
        if plaintext.readableBytes > 0 {
            hasFired = true
            context.fireChannelRead(wrapInboundOut(plaintext))
        }
        switch step {
        case .more:
            return true
        case .drained:
            // OpenSSL may have been waiting for just these bytes to write.
            if isFlushWanted, phase == .open { flush(context: context) }
            // Firing may have brought more in.
            return hasUndecrypted
        case .ended:
            endInput(context)
            return false
        case .failed(let queue):
            if phase == .open { fail(context, .connection(reason: queue.description)) }
            return false
        }
    }

    /// Ends a burst of reads: tells downstream, and asks the socket for more if downstream still waits.
    private func completeBurst(_ context: ChannelHandlerContext) {
        if hasFired {
            hasFired = false
            isReadWanted = isReadWantedAgain
            isReadWantedAgain = false
        }
        guard phase != .closed else { return }
        let isWaiting = phase == .sniffing || phase == .handshaking || isReadWanted
        context.fireChannelReadComplete()
        if isWaiting && phase != .closing && phase != .closed || phase == .closing && lingerBytes > 0 {
            context.read()
        }
    }

    /// The peer will send nothing more: half-closes if the channel may be half-closed, closes otherwise.
    private func endInput(_ context: ChannelHandlerContext) {
        guard phase == .open, !isInputEnded else { return }
        isInputEnded = true
        isInputClosedHeld = false
        if (try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)) ?? false {
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else {
            close(context: context, mode: .all, promise: nil)
        }
    }
}
