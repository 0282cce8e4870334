import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// The verdicts in `Tests/Corpus/verdicts`, each worked out by hand from the sentence that decides it.
@Suite(.limit(minutes: 1)) struct `Verdicts` {
    private static let folder = Checkout.root.appending(path: "Tests/Corpus/verdicts")

    static let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []

    private struct Expectation: Decodable {
        var allowed: Bool
        var only: [String]?
        var findings: [[String]]
    }

    private struct Output: Decodable {
        struct Verdict: Decodable {
            var allowed: Bool
            var findings: [Finding]
        }

        struct Finding: Decodable {
            var rule: String
            var reason: String
            var action: String
            var field: String?
        }

        var verdicts: [Verdict]
    }

    @Test func `are there`() {
        #expect(Self.names.count >= 20)
    }

    @Test(arguments: names) func `are those of the rules`(name: String) async throws {
        let folder = Self.folder.appending(path: name)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var arguments = ["check", "--output", "json", "--isolated"]
        for (option, file) in [("--policy", "policy.yaml"), ("--state", "state")] where files.contains(file) {
            arguments += [option, folder.appending(path: file).path]
        }
        arguments += files.filter { $0.hasPrefix("input.") }.map { folder.appending(path: $0).path }
        let program = try await Program.agentrunAdmission(arguments)
        let output = try JSONDecoder().decode(Output.self, from: Data(program.output.utf8))
        let verdict = try #require(output.verdicts.last)
        let data = try Data(contentsOf: folder.appending(path: "expected.json"))
        let expected = try JSONDecoder().decode(Expectation.self, from: data)
        let findings = verdict.findings.filter { expected.only?.contains($0.rule) ?? true }
            .map { [$0.rule, $0.reason, $0.action, $0.field ?? ""] }
        #expect(verdict.allowed == expected.allowed)
        #expect(Set(findings) == Set(expected.findings) && findings.count == expected.findings.count, "\(findings)")
    }
}
