/// A certificate that does not bear the names clients call the server by.
package struct CertificateNameError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is missing and what to do about it.
    package let description: String
}

extension CertificatePair {
    /// Throws unless the certificate is good for every one of `names`.
    package func check(coversAll names: [SubjectAlternativeName]) throws(CertificateNameError) {
        let missing = names.filter { name in !subjectAlternativeNames.contains { $0.covers(name) } }
        guard !missing.isEmpty else { return }
        throw CertificateNameError(
            description: "the serving certificate is not valid for \(Self.list(missing)), only for "
                + "\(Self.list(subjectAlternativeNames)); issue one that has all names it is to be called by"
        )
    }

    /// Throws unless the certificate can take the place of `pair`: it has a name of that one's.
    ///
    /// A certificate that has none was made for another host.
    package func check(canReplace pair: CertificatePair) throws(CertificateNameError) {
        let names = pair.subjectAlternativeNames
        guard !names.isEmpty, !names.contains(where: { name in subjectAlternativeNames.contains { $0.covers(name) } })
        else { return }
        throw CertificateNameError(
            description:
                "the new serving certificate is valid for \(Self.list(subjectAlternativeNames)) and for none of the "
                + "names of the one in use, \(Self.list(names)); put the certificate of this server in its place, or start "
                + "the server anew"
        )
    }

    /// A few names, for a message.
    private static func list(_ names: [SubjectAlternativeName]) -> String {
        let shown = names.prefix(5).map(\.description).joined(separator: ", ")
        if names.isEmpty { return "no name at all" }
        return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
    }
}
