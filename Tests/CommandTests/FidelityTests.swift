import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// One object, one verdict: over TLS, from a recorded review, and from the object in a file.
@Suite(.limit(minutes: 2)) struct `One verdict` {
    /// Recordings of less than 300 KB: the megabytes of the others only make curl slow.
    private static let files: [URL] = {
        let files = try? FileManager.default.contentsOfDirectory(
            at: Recordings.folder,
            includingPropertiesForKeys: [.fileSizeKey]
        )
        return (files ?? []).filter { file in
            let size = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize
            return file.pathExtension == "json" && size ?? .max < 300_000
        }
        .sorted { $0.path < $1.path }
    }()

    /// The branches and keys that one review takes must not be in the way of the next.
    private static let policy = """
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicy
        spec:
          rules: { head-branch-conflict: { action: Off }, idempotency-key: { action: Off } }

        """

    /// Of so many parts that run side by side: two programs are started for each recording.
    private static let partCount = 8

    @Test(arguments: 0..<partCount)
    func `the server, check and review answer a recorded review byte for byte`(part: Int) async throws {
        let folder = try Folder()
        let policy = try folder.write(Self.policy, to: "policy.yaml")
        let webhook = try await Webhook.start("--policy", policy)
        #expect(Self.files.count > 80)
        for (number, file) in Self.files.enumerated() where number % Self.partCount == part {
            let answer = try await webhook.post([UInt8](try Data(contentsOf: file)))
            let check = try await Program.agentrunAdmission(
                "check",
                "--policy",
                policy,
                "--output",
                "admission-review",
                file.path
            )
            let review = try await Program.agentrunAdmission("review", "--policy", policy, file.path)
            guard answer.status == 200 else {
                #expect(check.status == 2, "\(file.lastPathComponent)")
                #expect(review.status == 2, "\(file.lastPathComponent)")
                continue
            }
            #expect(answer.body == check.output, "\(file.lastPathComponent)")
            #expect(answer.body == review.output, "\(file.lastPathComponent)")
            #expect(review.status == check.status, "\(file.lastPathComponent)")
        }
    }

    @Test func `check judges the object of a create as it judges the review`() async throws {
        let folder = try Folder()
        let policy = try folder.write(Self.policy, to: "policy.yaml")
        var compared = 0
        for file in Self.files where file.lastPathComponent.hasPrefix("agentrun-create") {
            guard let review = try? JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any],
                let request = review["request"] as? [String: Any], let object = request["object"] as? [String: Any]
            else { continue }
            let json = try JSONSerialization.data(
                withJSONObject: object,
                options: [.withoutEscapingSlashes, .sortedKeys]
            )
            let manifest = try folder.write([UInt8](json), to: "\(file.lastPathComponent).json")
            let one = try await verdict(of: manifest, policy)
            let other = try await verdict(of: file.path, policy)
            // Parameters are judged as written, and what wrote this copy keeps no order.
            guard let one, let other, one.count == other.count else {
                #expect(Self.isUnreadable(file), "\(file.lastPathComponent): \(one ?? "none") / \(other ?? "none")")
                continue
            }
            #expect(one == other, "\(file.lastPathComponent)")
            compared += 1
        }
        #expect(compared > 40)
    }

    /// Recordings Foundation cannot copy: nested too deep, or with keys it takes for equal.
    private static func isUnreadable(_ file: URL) -> Bool {
        ["deep", "canonically", "dup-keys", "nul", "numbers", "strings"].contains {
            file.lastPathComponent.contains($0)
        }
    }

    /// What `check --output json` says of a file, from `allowed` on and without places in the file.
    private func verdict(of file: String, _ policy: String) async throws -> String? {
        let program = try await Program.agentrunAdmission(
            "check",
            "--isolated",
            "--policy",
            policy,
            "--output",
            "json",
            file
        )
        guard let start = program.output.firstRange(of: #""allowed":"#),
            let end = program.output.firstRange(of: #"],"problems""#)
        else { return nil }
        let text = String(program.output[start.lowerBound..<end.lowerBound])
        return text.replacing(/"line":[0-9]+,"column":[0-9]+,/, with: "")
    }
}
