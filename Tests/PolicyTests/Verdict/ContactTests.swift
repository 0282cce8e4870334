import AdmissionAPI
import JSONPull
import PolicyTestSupport
import Testing

@testable import Policy

@Suite struct `Whom to ask` {
    private func message(_ contact: String, labels: Int = 1) throws -> String? {
        let names = (0..<labels).map { "label-\($0): x" }.joined(separator: ", ")
        let policy = "  contact: \(contact)\n  rules: {label-policy: {deny: ['*']}}"
        return try judge(run("", metadata: ", labels: {\(names)}"), policy: policy).response.status?.message
    }

    @Test func `is told once, at the end of a denial`() throws {
        let message = try #require(try self.message("'#agents, https://runbooks.example/agentruns'", labels: 3))
        #expect(message.hasSuffix("; contact: #agents, https://runbooks.example/agentruns"))
        #expect(message.ranges(of: "contact: ").count == 1)
        let blank = try #require(try self.message("'  '"))
        #expect(!blank.contains("contact"))
    }

    @Test func `is within the bounds of a denial`() throws {
        let contact = String(repeating: "ü", count: 200)
        let message = try #require(try self.message(contact, labels: 10_000))
        #expect(message.utf8.count <= AnswerBudget.maximumMessageBytes && message.hasSuffix("; contact: \(contact)"))
    }

    @Test func `is told in characters that are seen`() throws {
        let message = try #require(try self.message(#""a\u202eb\nc""#))
        #expect(message.contains(#"; contact: a\u202eb"#) && !message.contains("\n"))
    }

    @Test func `is told by no admitted run`() throws {
        let verdict = try judge(run(""), policy: "  contact: '#agents'")
        #expect(verdict.response.status == nil && verdict.warnings.isEmpty)
    }

    @Test(arguments: ["7", "[a]", "{a: b}"]) func `is a text`(value: String) throws {
        let error = #expect(throws: PolicyFileError.self) { try compiledPolicy("  contact: \(value)") }
        #expect("\(try #require(error))".contains("line 5, column 12: spec.contact: Invalid value: must be a string"))
    }

    @Test func `is short`() throws {
        let error = #expect(throws: PolicyFileError.self) {
            try compiledPolicy("  contact: \(String(repeating: "x", count: 201))")
        }
        #expect("\(try #require(error))".contains("line 5, column 12: spec.contact: Too long: 201 characters"))
    }
}
