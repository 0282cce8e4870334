package import AgentRuns
package import Foundation
internal import TestCheckout

/// Where the recorded reviews and the corpus are, and when they are judged.
package enum Examples {
    package static let golden = Checkout.root.appending(path: "Tests/Golden")
    package static let corpus = Checkout.root.appending(path: "Tests/Corpus")

    /// 2026-11-23T12:00:00Z.
    package static let now = Timestamp(seconds: 1_795_435_200)
}
