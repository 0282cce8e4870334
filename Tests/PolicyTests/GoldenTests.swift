import AdmissionAPI
import AgentRuns
import Foundation
import JSONPull
import Policy
import PolicyTestSupport
import TestCheckout
import TestPatience
import Testing

/// Every recorded review against the answer RULES.md asks for; the expectations were written by reading it.
///
/// `Tests/Golden/requests` are the recordings, the folders beside it the answers of five rules by the policy of the same
/// name: `default` without cluster state, `strict` and `2026-08` with the objects of `strict.state`.
@Suite(.apart) struct `Golden answers` {
    static func names(in set: String) throws -> [String] {
        let suffix = ".response.json"
        let files = try FileManager.default.contentsOfDirectory(atPath: Examples.golden.appending(path: set).path)
        return files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
    }

    private func check(_ name: String, set: String, policy: AdmissionPolicy, state: FixtureState?) throws {
        let body = try Recordings.body(name)
        let expected = try Checkout.text("Tests/Golden/\(set)/\(name).response.json")
        let now = Examples.now
        let bytes = try unsafe body.withUnsafeBytes { body in
            let decoded = try unsafe DecodedReview(body)
            let verdict = try unsafe PolicyEngine(policy: policy).judge(decoded, body: body, state: state, now: now)
            return verdict.response.encoded(as: decoded.review.version)
        }
        let answer = String(decoding: bytes, as: UTF8.self)
        // What the policy says, not which file it is, is written down.
        let parts = answer.components(separatedBy: #","policy-sha256":"\#(policy.digest)""#)
        #expect(parts.count == 2, "\(set)/\(name)")
        #expect(parts.joined() == expected, "\(set)/\(name)")
    }

    private func policy(_ set: String) throws -> AdmissionPolicy {
        let file = Examples.golden.appending(path: "\(set).policy.yaml")
        return try AdmissionPolicy.load([UInt8](try Data(contentsOf: file)), file: "\(set).policy.yaml")
    }

    @Test(arguments: try names(in: "default"))
    func `the built-in policy answers as the rules say`(name: String) throws {
        try check(name, set: "default", policy: policy("default"), state: nil)
    }

    @Test(arguments: try names(in: "strict"))
    func `a strict policy with cluster state answers as the rules say`(name: String) throws {
        let state = try FixtureState(folder: Examples.golden.appending(path: "strict.state"))
        try check(name, set: "strict", policy: policy("strict"), state: state)
    }

    @Test(arguments: try names(in: "2026-08"))
    func `the August controller's rules answer as the rules say`(name: String) throws {
        let state = try FixtureState(
            folder: Examples.golden.appending(path: "strict.state"),
            generation: .august2026
        )
        try check(name, set: "2026-08", policy: policy("2026-08"), state: state)
    }

    @Test func `every recording has an answer in each set that judges it`() throws {
        #expect(try Recordings.names().count == 92)
        #expect(try Self.names(in: "default").count == 92)
        #expect(try Self.names(in: "strict").count == 92)
    }
}
