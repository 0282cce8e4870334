private import COpenSSL

/// SHA-256 (FIPS 180-4) by OpenSSL.
package enum SHA256 {
    /// Length of a digest in bytes.
    package static let byteCount = 32

    /// The digest of `bytes` as 64 lower-case hexadecimal digits.
    package static func hexDigest(of bytes: UnsafeRawBufferPointer) -> String {
        let digest = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: byteCount) { output in
            // OpenSSL: SHA256(3). It takes a null pointer for no bytes and cannot fail.
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            unsafe COpenSSL.SHA256(start, bytes.count, output.baseAddress)
            return unsafe Hexadecimal.text(UnsafeBufferPointer(output))
        }
        return digest
    }

    /// The digest of the UTF-8 bytes of `text` as 64 lower-case hexadecimal digits.
    package static func hexDigest(of text: String) -> String {
        var text = text
        return text.withUTF8 { unsafe hexDigest(of: UnsafeRawBufferPointer($0)) }
    }

    /// The digest of `bytes` as 64 lower-case hexadecimal digits.
    package static func hexDigest(of bytes: some Collection<UInt8>) -> String { Hexadecimal.text(digest(of: bytes)) }

    /// Whether `text` is what ``hexDigest(of:)-(String)`` makes.
    package static func isHexDigest(_ text: String) -> Bool { Hexadecimal.isText(text, count: 2 * byteCount) }

    /// The digest of `bytes`, 32 bytes.
    package static func digest(of bytes: some Collection<UInt8>) -> [UInt8] {
        func digest(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
            unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
                // OpenSSL: SHA256(3). It takes a null pointer for no bytes and cannot fail.
                unsafe COpenSSL.SHA256(bytes.baseAddress, bytes.count, output.baseAddress)
                count = byteCount
            }
        }
        // The bytes are lent for the call.
        return unsafe bytes.withContiguousStorageIfAvailable { unsafe digest($0) }
            ?? Array(bytes).withUnsafeBufferPointer { unsafe digest($0) }
    }
}
