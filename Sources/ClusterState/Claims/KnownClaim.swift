/// A claim for somebody who looks.
package struct KnownClaim: Hashable, Sendable {
    package var key: ClaimKey
    package var holder: ClaimHolder
    package var acquiredAt: WallTime
}
