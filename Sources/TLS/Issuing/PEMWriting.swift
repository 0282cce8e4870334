import COpenSSL

extension PrivateKey {
    /// Makes a fresh key.
    static func generate(_ type: CertificateAuthority.KeyType) throws(TLSError) -> PrivateKey {
        OpenSSLErrorQueue.clear()
        let raw =
            switch type {
            case .ecdsaP256: unsafe COpenSSL_generate_P256()
            case .rsa2048: unsafe COpenSSL_generate_RSA(2048)
            }
        guard let raw = unsafe raw else { throw .openSSL(doing: "generate a key") }
        return unsafe PrivateKey(adopting: raw)
    }

    /// PKCS#8 without passphrase.
    ///
    /// Secret.
    func pem() throws(TLSError) -> String {
        unsafe try text(doing: "write a private key") { bio in
            unsafe withPointer { unsafe PEM_write_bio_PKCS8PrivateKey(bio, $0, nil, nil, 0, nil, nil) == 1 }
        }
    }
}

extension X509Certificate {
    /// One `CERTIFICATE` block.
    func pem() throws(TLSError) -> String {
        unsafe try text(doing: "write a certificate") { bio in
            unsafe withPointer { unsafe PEM_write_bio_X509(bio, $0) == 1 }
        }
    }
}

/// What `write` puts into a memory BIO, as text.
///
/// The BIO's memory is secure-cleared by OpenSSL when it is freed.
private func text(doing action: String, _ write: (OpaquePointer) -> Bool) throws(TLSError) -> String {
    OpenSSLErrorQueue.clear()
    guard let bio = unsafe BIO_new(BIO_s_secmem()) else { throw .openSSL(doing: action) }
    defer { unsafe BIO_free(bio) }
    guard unsafe write(bio) else { throw .openSSL(doing: action) }
    let count = unsafe Int(BIO_ctrl_pending(bio))
    return unsafe String(unsafeUninitializedCapacity: count) { buffer in
        unsafe max(0, Int(BIO_read(bio, buffer.baseAddress, CInt(buffer.count))))
    }
}
