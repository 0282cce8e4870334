import Foundation
import TestCheckout
import Testing

/// What `deploy/base/deployment.yaml` gives the process.
enum DeployedLimits {
    /// Of the limit of its memory what there is for a server without a cluster, which has nothing to audit.
    static var memoryBytes: Int {
        get throws {
            let text = try Checkout.text("deploy/base/deployment.yaml")
            let limit = try #require(text.firstMatch(of: /limits:\n +memory: ([0-9]+)Mi\n/), "no limit of memory")
            let audit = try #require(
                text.firstMatch(of: /The audit keeps up to\n +# ([0-9]+) MiB more/).flatMap { Int($0.1) },
                "nothing is said of the audit"
            )
            return (try #require(Int(limit.1)) - audit) << 20
        }
    }
}
