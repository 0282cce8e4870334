package import TLS

/// What an operator may want to know of the certificate that is kept in the cluster.
package enum KeeperEvent: Sendable {
    /// New connections get this one from now on.
    case serving(CertificatePair)
    /// This replica has changed the Secret.
    case wrote(SecretChange)
    /// This replica has made so many authorities the bundle of each webhook.
    case trusted(authorities: Int)
    /// Something in the Secret is not used; told once until it changes.
    case unusable(String)
    /// A change of an object is only noticed now and then, as it may not be watched.
    case unwatched(String)
    /// What is served is no longer renewed; told once until the reason changes or goes.
    case failed(String)
    /// It is renewed again.
    case recovered
}
