/// From when to when a certificate is valid, both ends included (RFC 5280 section 4.1.2.5).
package struct Validity: Hashable, Sendable {
    package var notBefore: UnixTime
    package var notAfter: UnixTime

    package init(notBefore: UnixTime, notAfter: UnixTime) {
        (self.notBefore, self.notAfter) = (notBefore, notAfter)
    }

    package func contains(_ time: UnixTime) -> Bool { notBefore <= time && time <= notAfter }

    /// Why it is not valid at that time, to be said of a certificate; the same as long as the reason is.
    package func problem(at time: UnixTime) -> String? {
        if notAfter < time { return "expired at \(notAfter)" }
        return time < notBefore ? "is not valid before \(notBefore)" : nil
    }
}

extension CertificatePair {
    /// Of the leaf.
    package var validity: Validity { Validity(notBefore: notBefore, notAfter: notAfter) }
}

extension AuthorityCertificate {
    package var validity: Validity { Validity(notBefore: notBefore, notAfter: notAfter) }
}
