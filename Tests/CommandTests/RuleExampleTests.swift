import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// docs/rule-examples.yaml, which is what the documentation says of itself: an example of every reason.
@Suite(.limit(minutes: 1)) struct `Rule examples` {
    private static let file = Checkout.root.appending(path: "docs/rule-examples.yaml").path

    /// Nobody reads an example of many KB.
    private static let tooLong: Set = ["SystemPromptTooLong", "ParameterValueTooLarge"]

    @Test func `are true`() async throws {
        let program = try await Program.agentrunAdmission("test", "--quiet", Self.file)
        #expect(program.status == 0, "\(program.output)\(program.errors)")
    }

    @Test func `have a case for every reason of the catalogue`() async throws {
        let catalogue = try await Program.agentrunAdmission("rules", "--output", "json")
        let text = try String(contentsOfFile: Self.file, encoding: .utf8)
        let reasons = Set(catalogue.output.matches(of: /"reason":"([A-Za-z]+)"/).map { String($0.1) })
        #expect(reasons.count > 60)
        for reason in reasons.subtracting(Self.tooLong) {
            let example = text.firstRange(of: "\n  - name: \(reason)\n").map { text[$0.upperBound...] }
            let body = example?.firstRange(of: "\n\n").map { example?[..<$0.lowerBound] } ?? example
            #expect(body?.contains("reason: \(reason)\n") == true, "\(reason)")
            // What the person reads is part of the example.
            #expect(body?.contains("\n        message: ") == true, "\(reason)")
        }
    }
}
