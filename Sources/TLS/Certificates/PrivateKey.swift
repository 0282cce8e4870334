import COpenSSL

/// Owner of one `EVP_PKEY` with its private half.
///
/// It is never printed.
// Unchecked: nothing changes the C object after it was adopted.
@safe
final class PrivateKey: @unchecked Sendable {
    /// The kind of key, as far as this package tells them apart.
    enum Algorithm: Sendable, Hashable {
        case rsa
        case ellipticCurve
        case other(String)
    }

    private let raw: OpaquePointer

    /// Takes ownership of `raw`.
    init(adopting raw: OpaquePointer) {
        unsafe self.raw = raw
    }

    /// Reads the first private key of a PEM text, whichever of PKCS#8, PKCS#1 and SEC 1 it is in.
    convenience init(_ text: PEMText) throws(TLSError) {
        let raw = unsafe try text.withBIO { bio throws(TLSError) in
            unsafe try Self.read(from: bio, of: text)
        }
        unsafe self.init(adopting: raw)
    }

    deinit {
        unsafe EVP_PKEY_free(raw)
    }

    /// Lends the C object, which must not escape.
    func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        unsafe body(raw)
    }

    var algorithm: Algorithm {
        switch unsafe EVP_PKEY_get_base_id(raw) {
        case EVP_PKEY_RSA: .rsa
        case EVP_PKEY_EC: .ellipticCurve
        default: .other(unsafe EVP_PKEY_get0_type_name(raw).map { unsafe String(cString: $0) } ?? "unknown")
        }
    }

    /// OpenSSL's name of an elliptic curve key's curve; empty for one that has none.
    var curve: String? {
        guard algorithm == .ellipticCurve else { return nil }
        var name = [CChar](repeating: 0, count: 64)
        var count = 0
        guard unsafe EVP_PKEY_get_group_name(raw, &name, name.count, &count) == 1 else {
            OpenSSLErrorQueue.clear()
            return ""
        }
        return String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The size of the modulus or of the curve's group order.
    var bits: Int { unsafe Int(EVP_PKEY_get_bits(raw)) }

    private static func read(from bio: OpaquePointer, of text: PEMText) throws(TLSError) -> OpaquePointer {
        var isPassphraseWanted = false
        let raw = unsafe PEM_read_bio_PrivateKey(bio, nil, refusePassphrase, &isPassphraseWanted)
        if let raw = unsafe raw { return unsafe raw }
        let queue = OpenSSLErrorQueue.drain()
        if isPassphraseWanted { throw text.problem(.encrypted) }
        // OpenSSL says only "unsupported", whether there is no key or a damaged one.
        guard text.labels.contains(where: { $0.hasSuffix("PRIVATE KEY") }) else { throw text.noBlockProblem() }
        throw text.problem(.malformed(queue.description))
    }
}

/// `pem_password_cb`: notes that it was asked and gives up.
///
/// Without it OpenSSL would ask on the terminal.
private func refusePassphrase(
    buffer: UnsafeMutablePointer<CChar>?,
    size: CInt,
    isForWriting: CInt,
    wasAsked: UnsafeMutableRawPointer?
) -> CInt {
    unsafe wasAsked?.assumingMemoryBound(to: Bool.self).pointee = true
    return -1
}
