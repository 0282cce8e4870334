import COpenSSL

/// A certificate in the making: owner of an `X509` until it is signed.
@safe
final class CertificateDraft {
    private let raw: OpaquePointer

    /// An X.509 version 3 certificate for the public half of `key`.
    init(key: PrivateKey) throws(TLSError) {
        OpenSSLErrorQueue.clear()
        guard let raw = unsafe X509_new() else { throw .openSSL(doing: "create a certificate") }
        unsafe self.raw = raw
        let isReady = unsafe key.withPointer { key in
            // Versions are counted from zero.
            unsafe X509_set_version(raw, 2) == 1 && X509_set_pubkey(raw, key) == 1
        }
        guard isReady else { throw .openSSL(doing: "create a certificate") }
    }

    deinit {
        unsafe X509_free(raw)
    }

    /// A random positive number of 128 bits: nobody can predict it, and no two are equal.
    func setSerialNumber() throws(TLSError) {
        let number = unsafe BN_new()
        defer { unsafe BN_free(number) }
        guard unsafe BN_rand(number, 128, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1,
            unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(raw)) != nil
        else {
            throw .openSSL(doing: "draw a serial number")
        }
    }

    func setValidity(from notBefore: UnixTime, to notAfter: UnixTime) throws(TLSError) {
        guard unsafe ASN1_TIME_set(X509_getm_notBefore(raw), Int(notBefore.secondsSinceEpoch)) != nil,
            unsafe ASN1_TIME_set(X509_getm_notAfter(raw), Int(notAfter.secondsSinceEpoch)) != nil
        else {
            throw .openSSL(doing: "set a certificate's validity from \(notBefore) to \(notAfter)")
        }
    }

    func setSubject(commonName: String) throws(TLSError) {
        let subject = unsafe X509_get_subject_name(raw)
        let bytes = Array(commonName.utf8)
        let count = CInt(clamping: bytes.count)
        guard unsafe X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, bytes, count, -1, 0) == 1 else {
            throw .openSSL(doing: "name a certificate \"\(commonName)\"")
        }
    }

    /// Names the issuer; nil for itself.
    func setIssuer(_ issuer: X509Certificate?) throws(TLSError) {
        let isSet: Bool
        if let issuer {
            isSet = unsafe issuer.withPointer { unsafe X509_set_issuer_name(raw, X509_get_subject_name($0)) == 1 }
        } else {
            isSet = unsafe X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1
        }
        guard isSet else { throw .openSSL(doing: "name a certificate's issuer") }
    }

    /// Adds an extension in OpenSSL's configuration language (x509v3_config(5)).
    ///
    /// `value` must be a constant: the language has separators that a user's text could hold.
    func add(_ identifier: CInt, _ value: StaticString, issuer: X509Certificate?) throws(TLSError) {
        var context = unsafe X509V3_CTX()
        if let issuer {
            unsafe issuer.withPointer { unsafe X509V3_set_ctx(&context, $0, raw, nil, nil, 0) }
        } else {
            unsafe X509V3_set_ctx(&context, raw, raw, nil, nil, 0)
        }
        let made = unsafe X509V3_EXT_conf_nid(nil, &context, identifier, "\(value)")
        defer { unsafe X509_EXTENSION_free(made) }
        guard unsafe made != nil, unsafe X509_add_ext(raw, made, -1) == 1 else {
            throw .openSSL(doing: "add the extension \(value) to a certificate")
        }
    }

    /// Adds the subjectAltName extension.
    func add(_ names: [SubjectAlternativeName]) throws(TLSError) {
        guard !names.isEmpty else { return }
        let stack = unsafe GENERAL_NAMES_new()
        defer { unsafe GENERAL_NAMES_free(stack) }
        for name in names {
            let made = unsafe try name.makeGeneralName()
            guard unsafe COpenSSL_GENERAL_NAMES_push(stack, made) != 0 else {
                unsafe GENERAL_NAME_free(made)
                throw .openSSL(doing: "add \(name) to a certificate")
            }
        }
        let flags = UInt(X509V3_ADD_DEFAULT)
        guard unsafe X509_add1_ext_i2d(raw, NID_subject_alt_name, UnsafeMutableRawPointer(stack), 0, flags) == 1 else {
            throw .openSSL(doing: "add the names to a certificate")
        }
    }

    /// Signs with SHA-256 and hands the certificate over.
    ///
    /// The draft must not be changed afterwards.
    func sign(with key: PrivateKey) throws(TLSError) -> X509Certificate {
        let isSigned = unsafe key.withPointer { unsafe X509_sign(raw, $0, EVP_sha256()) > 0 }
        guard isSigned, unsafe X509_up_ref(raw) == 1 else { throw .openSSL(doing: "sign a certificate") }
        return unsafe X509Certificate(adopting: raw)
    }
}
