import Foundation
import TestCheckout
import Testing

/// What `deploy/base/deployment.yaml` gives the process.
enum DeployedLimits {
    /// The limit of its memory.
    static var memoryBytes: Int {
        get throws {
            let text = try Checkout.text("deploy/base/deployment.yaml")
            let limit = try #require(text.firstMatch(of: /limits:\n +memory: ([0-9]+)Mi\n/), "no limit of memory")
            return try #require(Int(limit.1)) << 20
        }
    }
}
