import COpenSSL

/// The bytes of a PEM file, with where they came from for error messages.
///
/// They may be a private key: they are overwritten before the memory is given back.
@safe
final class PEMText {
    /// No certificate chain or key comes near this; a larger file is a mistake, such as a log.
    private static let maximumBytes = 1 << 20

    let part: CertificateProblem.Part
    let source: CertificateProblem.Source
    private var bytes: [UInt8]

    /// Reads a file, blocking.
    init(contentsOf path: String, part: CertificateProblem.Part) throws(TLSError) {
        self.part = part
        source = .file(path: path)
        bytes = []
        try read(path)
    }

    /// Takes text in memory.
    init(_ text: String, part: CertificateProblem.Part) throws(TLSError) {
        self.part = part
        source = .memory
        bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumBytes else { throw problem(.tooLarge(limit: Self.maximumBytes)) }
    }

    deinit {
        unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
    }

    /// An error about this text.
    func problem(_ reason: CertificateProblem.Reason) -> TLSError {
        .certificate(CertificateProblem(part: part, source: source, reason: reason))
    }

    /// Lends a memory BIO that reads the bytes from the start.
    ///
    /// It must not escape.
    func withBIO<Result>(_ body: (OpaquePointer) throws(TLSError) -> Result) throws(TLSError) -> Result {
        OpenSSLErrorQueue.clear()
        let result = unsafe bytes.withUnsafeBytes { buffer -> Swift.Result<Result, TLSError> in
            guard let bio = unsafe BIO_new_mem_buf(buffer.baseAddress, CInt(buffer.count)) else {
                return .failure(.openSSL(doing: "read PEM text"))
            }
            defer { unsafe BIO_free(bio) }
            do throws(TLSError) {
                return .success(unsafe try body(bio))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// The labels of all blocks, such as `CERTIFICATE` or `EC PRIVATE KEY` (RFC 7468 section 2).
    var labels: [String] {
        let begin = "-----BEGIN "
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.filter { $0.hasPrefix(begin) }.map { line in
            // A label is at most a few words; anything longer is no label and may be key material.
            String(line.dropFirst(begin.count).prefix { $0 != "-" }.prefix(40))
        }
    }

    /// That no block of the wanted kind is there, naming the first block of another kind.
    func noBlockProblem() -> TLSError {
        problem(.noPEMBlock(byteCount: bytes.count, found: labels.first))
    }

    private func read(_ path: String) throws(TLSError) {
        OpenSSLErrorQueue.clear()
        guard let bio = unsafe BIO_new_file(path, "r") else { throw unreadable() }
        defer { unsafe BIO_free(bio) }
        // One allocation for the whole file: growing would leave copies of key bytes behind.
        var byteCount: CInt = 0
        bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.maximumBytes + 1) { buffer, initializedCount in
            var filled = 0
            repeat {
                let free = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
                byteCount = unsafe BIO_read(bio, free.baseAddress, CInt(free.count))
                filled += max(0, Int(byteCount))
            } while byteCount > 0 && filled < buffer.count
            initializedCount = filled
        }
        guard byteCount >= 0 else { throw unreadable() }
        guard bytes.count <= Self.maximumBytes else { throw problem(.tooLarge(limit: Self.maximumBytes)) }
    }

    private func unreadable() -> TLSError {
        // The first entry is the system's reason, the second says "no such file" in OpenSSL's own words.
        problem(.unreadable(OpenSSLErrorQueue.drain().entries.first?.text ?? "unknown reason"))
    }
}
