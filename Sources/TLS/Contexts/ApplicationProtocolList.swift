import COpenSSL

/// A list of ALPN names in wire format (RFC 7301 section 3.1) at a fixed address, best first, for OpenSSL's callback.
@safe
final class ApplicationProtocolList: Sendable {
    /// Each name after its length in one byte.
    ///
    /// Never written after `init`, which is what makes sharing it safe.
    nonisolated(unsafe) private let wire: UnsafeMutableBufferPointer<UInt8>

    /// Names must have 1 to 255 bytes: they are ours, not a peer's.
    init(_ names: [String]) {
        let bytes = names.flatMap { name in
            precondition((1...255).contains(name.utf8.count), "an ALPN name has 1 to 255 bytes")
            return [UInt8(name.utf8.count)] + Array(name.utf8)
        }
        unsafe wire = .allocate(capacity: bytes.count)
        _ = unsafe wire.initialize(from: bytes)
    }

    deinit {
        unsafe wire.deallocate()
    }

    /// Makes `context` choose the first of our names the client offers, and refuse the handshake when there is none.
    ///
    /// `context` keeps a pointer to `self` without counting it, so `self` must outlive every connection made from it.
    func install(in context: OpaquePointer) {
        unsafe SSL_CTX_set_alpn_select_cb(context, selectProtocol, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Points `choice` into memory that outlives the handshake: ours or the client's list.
    fileprivate func select(
        _ choice: UnsafeMutablePointer<UnsafePointer<UInt8>?>,
        length: UnsafeMutablePointer<UInt8>,
        offered: UnsafeBufferPointer<UInt8>
    ) -> CInt {
        var selected: UnsafeMutablePointer<UInt8>?
        let result = unsafe SSL_select_next_proto(
            &selected,
            length,
            wire.baseAddress,
            CUnsignedInt(wire.count),
            offered.baseAddress,
            CUnsignedInt(offered.count)
        )
        // Without an overlap OpenSSL still points at the client's first name.
        guard result == OPENSSL_NPN_NEGOTIATED else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        unsafe choice.pointee = UnsafePointer(selected)
        return SSL_TLSEXT_ERR_OK
    }
}

/// `SSL_CTX_alpn_select_cb_func`; only called when the client offers ALPN.
private func selectProtocol(
    ssl: OpaquePointer?,
    choice: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    length: UnsafeMutablePointer<UInt8>?,
    offered: UnsafePointer<UInt8>?,
    offeredLength: CUnsignedInt,
    argument: UnsafeMutableRawPointer?
) -> CInt {
    guard let choice = unsafe choice, let length = unsafe length, let argument = unsafe argument else {
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    let list = unsafe Unmanaged<ApplicationProtocolList>.fromOpaque(argument).takeUnretainedValue()
    return unsafe list.select(
        choice,
        length: length,
        offered: UnsafeBufferPointer(start: offered, count: Int(offeredLength))
    )
}
