import Foundation
import Testing

/// What `deploy/base/deployment.yaml` gives the process.
enum DeployedLimits {
    /// The limit of its memory.
    static var memoryBytes: Int {
        get throws {
            let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "../../../deploy/base/deployment.yaml"
            )
            let text = try String(contentsOf: file, encoding: .utf8)
            let limit = try #require(text.firstMatch(of: /limits:\n +memory: ([0-9]+)Mi\n/), "no limit of memory")
            return try #require(Int(limit.1)) << 20
        }
    }
}
