/// Who the client of a connection is, as far as a server that asked looks at it.
package struct ClientCertificate: Sendable, Hashable {
    /// The first second of its validity.
    package let notBefore: UnixTime
    /// The last second of its validity.
    package let notAfter: UnixTime
    /// One of the server's authorities has issued it, for a name that is allowed.
    package let isTrusted: Bool
}
