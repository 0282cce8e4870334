/// A version of the TLS protocol this package speaks.
///
/// Older ones are refused.
package enum TLSVersion: Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case tls12
    case tls13

    /// The name operators know, as in `TLSv1.3`.
    package var description: String {
        switch self {
        case .tls12: "TLSv1.2"
        case .tls13: "TLSv1.3"
        }
    }
}
