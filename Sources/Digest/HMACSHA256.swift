private import COpenSSL

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1) by OpenSSL.
package enum HMACSHA256 {
    /// Length of a code in bytes.
    package static let byteCount = SHA256.byteCount

    /// The code of `message` under `key`, 32 bytes.
    ///
    /// Nil when OpenSSL does not make it: it has no memory, or a provider is in force that refuses the key (a FIPS module does
    /// below 14 bytes).
    package static func code(of message: [UInt8], key: [UInt8]) -> [UInt8]? {
        guard let length = Int32(exactly: key.count) else { return nil }
        var isMade = false
        let code = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
            // OpenSSL: HMAC(3). All bytes are lent for the call, and as many are written as the function has.
            let made = unsafe key.withUnsafeBytes { key in
                unsafe message.withUnsafeBufferPointer { message in
                    var size: UInt32 = 0
                    return unsafe HMAC(
                        EVP_sha256(),
                        key.baseAddress,
                        length,
                        message.baseAddress,
                        message.count,
                        output.baseAddress,
                        &size
                    ) != nil
                }
            }
            isMade = made
            count = made ? byteCount : 0
        }
        return isMade ? code : nil
    }
}
