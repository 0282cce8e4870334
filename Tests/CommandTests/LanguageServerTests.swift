import Foundation
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `lsp` {
    private func framed(_ messages: [[String: Any]]) throws -> String {
        try messages.map { message in
            let json = try JSONSerialization.data(withJSONObject: message)
            return "Content-Length: \(json.count)\r\n\r\n" + String(decoding: json, as: UTF8.self)
        }.joined()
    }

    @Test func `speaks over standard input and output`() async throws {
        let run = Reviews.manifest("one").replacing("head: codex/one", with: "head: codex/one, prompt: do less")
        let input = try framed([
            ["jsonrpc": "2.0", "id": 1, "method": "initialize", "params": ["processId": NSNull()]],
            ["jsonrpc": "2.0", "method": "initialized", "params": [:]],
            [
                "jsonrpc": "2.0", "method": "textDocument/didOpen",
                "params": [
                    "textDocument": ["uri": "file:///one.yaml", "languageId": "yaml", "version": 1, "text": run]
                ],
            ],
            ["jsonrpc": "2.0", "id": 2, "method": "shutdown"], ["jsonrpc": "2.0", "method": "exit"],
        ])
        let program = try await Program.agentrunAdmission("lsp", input: input)
        #expect(program.status == 0 && program.errors.isEmpty, "\(program.errors)")
        let parts = program.output.components(separatedBy: "Content-Length: ").dropFirst()
        #expect(parts.count == 3)
        for part in parts {
            let length = try #require(Int(part.prefix { $0.isNumber }))
            let body = try #require(part.range(of: "\r\n\r\n")).upperBound
            #expect(part[body...].utf8.count == length)
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(part[body...].utf8)) }
        }
        #expect(
            parts.dropFirst().first?.contains(#""code":"PromptOverride""#) == true
                && !program.output.contains("do less")
        )
    }

    @Test func `says what it does not understand`() async throws {
        let program = try await Program.agentrunAdmission("lsp", input: "GET / HTTP/1.1\r\n\r\n")
        #expect(program.status == 2 && program.errors.contains("let an editor start this command"))
        #expect(try await Program.agentrunAdmission("lsp", input: framed([["method": "exit"]])).status == 1)
        #expect(try await Program.agentrunAdmission("lsp", input: "").status == 0)
    }
}
