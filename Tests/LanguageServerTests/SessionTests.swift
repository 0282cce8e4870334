import AgentRuns
import Foundation
import JSONPull
import LanguageServer
import Offline
import Policy
import Testing

@Suite struct `A language session` {
    private static let policy = """
        apiVersion: admission.agents.proompteng.ai/v1alpha1
        kind: AgentRunPolicy
        spec: { rules: { references: { action: "Off" }, repository-allowlist: { allow: ["acme/*"] } } }
        """

    private func session() throws -> LanguageSession {
        let policy = try AdmissionPolicy.load(Array(Self.policy.utf8), file: "policy.yaml")
        let check = DocumentCheck(policy: policy, namespace: "agents") { Timestamp(seconds: 1_790_000_000) }
        return LanguageSession(check: check, version: "1.2.3")
    }

    private static let run = """
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: AgentRun
        metadata: { name: one }
        spec:
          agentRef: { name: codex }
          implementation: { inline: { text: Fix it. } }
          runtime:
            type: Job
          secret: []
          parameters:
            repository: other/app
            head: codex/one
            prompt: |
              do less
              and no more
          vcsPolicy: { mode: read-write }
        """

    private func send(_ session: inout LanguageSession, _ message: [String: Any]) throws -> [[String: Any]] {
        let outcome = session.handle(Array(try JSONSerialization.data(withJSONObject: message))[...])
        return try outcome.messages.map { bytes in
            try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        }
    }

    private func open(_ session: inout LanguageSession, _ text: String) throws -> [[String: Any]] {
        let answers = try send(
            &session,
            ["method": "textDocument/didOpen", "params": ["textDocument": ["uri": "file:///a.yaml", "text": text]]]
        )
        let parameters = try #require(answers.first?["params"] as? [String: Any])
        return try #require(parameters["diagnostics"] as? [[String: Any]])
    }

    private func place(_ diagnostic: [String: Any]?) -> [Int] {
        let range = diagnostic?["range"] as? [String: [String: Int]]
        return [range?["start"], range?["end"]].flatMap { [$0?["line"] ?? -1, $0?["character"] ?? -1] }
    }

    @Test func `starts and ends as the protocol says`() throws {
        var session = try session()
        let answers = try send(&session, ["id": 7, "method": "initialize", "params": ["rootUri": "file:///"]])
        #expect(answers.first?["id"] as? Int == 7)
        let result = try #require(answers.first?["result"] as? [String: Any])
        let capabilities = try #require(result["capabilities"] as? [String: Any])
        #expect(capabilities["hoverProvider"] as? Bool == true && capabilities["codeActionProvider"] as? Bool == true)
        #expect((capabilities["textDocumentSync"] as? [String: Any])?["change"] as? Int == 1)
        #expect(try send(&session, ["method": "initialized", "params": [:]]).isEmpty)
        let unknown = try send(&session, ["id": "x", "method": "workspace/symbol"])
        #expect((unknown.first?["error"] as? [String: Any])?["code"] as? Int == -32_601)
        #expect(try send(&session, ["id": 8, "method": "shutdown"]).first?["result"] is NSNull)
        #expect(session.handle(Array(#"{"method":"exit"}"#.utf8)[...]).exitCode == 0)
    }

    @Test func `ends badly where the editor says nothing before`() throws {
        var session = try session()
        #expect(session.handle(Array(#"{"method":"exit"}"#.utf8)[...]).exitCode == 1)
    }

    @Test func `tells what is wrong, where, as it is written`() throws {
        var session = try session()
        let diagnostics = try open(&session, Self.run)
        let codes = diagnostics.map { $0["code"] as? String ?? "" }
        #expect(
            codes.contains("InvalidField") && codes.contains("RepositoryNotAllowed")
                && codes.contains("PromptOverride"),
            "\(codes)"
        )
        let type = diagnostics.first { $0["code"] as? String == "InvalidField" }
        #expect(place(type) == [7, 4, 7, 8] && type?["severity"] as? Int == 1)
        let unknown = diagnostics.first { $0["code"] as? String == "UnknownField" }
        #expect(place(unknown) == [8, 2, 8, 8] && unknown?["severity"] as? Int == 2)
        let changed = Self.run.replacing("type: Job", with: "type: job").replacing("other/app", with: "acme/app")
        let answers = try send(
            &session,
            [
                "method": "textDocument/didChange",
                "params": [
                    "textDocument": ["uri": "file:///a.yaml", "version": 2], "contentChanges": [["text": changed]],
                ],
            ]
        )
        let left = (answers.first?["params"] as? [String: Any])?["diagnostics"] as? [[String: Any]] ?? []
        let codesLeft = left.map { $0["code"] as? String ?? "" }
        #expect(!codesLeft.contains("InvalidField") && !codesLeft.contains("RepositoryNotAllowed"), "\(codesLeft)")
    }

    @Test func `counts columns in UTF-16`() throws {
        var session = try session()
        let text =
            "apiVersion: agents.proompteng.ai/v1alpha1\nkind: AgentRun\nmetadata: { name: a, \"\u{1F600}\": x, lables: {} }\n"
        let diagnostics = try open(&session, text)
        #expect(diagnostics.contains { place($0) == [2, 30, 2, 36] }, "\(diagnostics)")
    }

    @Test func `tells of a text that cannot be read, and nothing of others' files`() throws {
        var session = try session()
        #expect(try open(&session, "kind: [\n").map { $0["severity"] as? Int } == [1])
        #expect(try open(&session, "- hosts: all\n").isEmpty)
        #expect(try open(&session, "{ // tsconfig\n").isEmpty)
    }

    @Test func `explains a reason on hover`() throws {
        var session = try session()
        _ = try open(&session, Self.run)
        func hover(_ line: Int, _ character: Int) throws -> String? {
            let position = ["line": line, "character": character]
            let answers = try send(
                &session,
                [
                    "id": 1, "method": "textDocument/hover",
                    "params": ["textDocument": ["uri": "file:///a.yaml"], "position": position],
                ]
            )
            let contents = (answers.first?["result"] as? [String: Any])?["contents"] as? [String: Any]
            return contents?["value"] as? String
        }
        let text = try #require(try hover(12, 6))
        #expect(
            text.hasPrefix("**PromptOverride** (Warn)\n\n") && text.contains("*Meaning*: ") && text.contains("*Fix*: ")
        )
        #expect(!text.contains("do less"))
        #expect(try hover(0, 0) == nil)
    }

    @Test func `offers the fixes that are mechanical`() throws {
        var session = try session()
        _ = try open(&session, Self.run)
        let range = ["start": ["line": 0, "character": 0], "end": ["line": 99, "character": 0]]
        let answers = try send(
            &session,
            [
                "id": 1, "method": "textDocument/codeAction",
                "params": ["textDocument": ["uri": "file:///a.yaml"], "range": range],
            ]
        )
        let actions = try #require(answers.first?["result"] as? [[String: Any]])
        var edits: [String: (place: [Int], text: String)] = [:]
        for action in actions {
            let changes = (action["edit"] as? [String: Any])?["changes"] as? [String: [[String: Any]]]
            let edit = try #require(changes?["file:///a.yaml"]?.first)
            edits[try #require(action["title"] as? String)] = (place(edit), edit["newText"] as? String ?? "?")
        }
        #expect(
            edits[#"Change to "job""#]?.place == [7, 10, 7, 13] && edits[#"Change to "job""#]?.text == "job",
            "\(edits)"
        )
        #expect(
            edits[#"Change to "secrets""#]?.place == [8, 2, 8, 8] && edits[#"Change to "secrets""#]?.text == "secrets"
        )
        #expect(edits["Remove these 3 lines"]?.place == [12, 0, 15, 0] && edits["Remove these 3 lines"]?.text == "")
    }

    @Test func `forgets what is closed`() throws {
        var session = try session()
        _ = try open(&session, Self.run)
        let closed = try send(
            &session,
            ["method": "textDocument/didClose", "params": ["textDocument": ["uri": "file:///a.yaml"]]]
        )
        #expect(((closed.first?["params"] as? [String: Any])?["diagnostics"] as? [Any])?.isEmpty == true)
        #expect(
            try send(
                &session,
                ["method": "textDocument/didSave", "params": ["textDocument": ["uri": "file:///a.yaml"]]]
            ).isEmpty
        )
    }

    @Test(arguments: [
        "", "{", "7", "[]", "{}", #"{"id":1}"#, #"{"method":7}"#, #"{"method":"textDocument/didOpen"}"#,
        #"{"id":1,"method":"textDocument/codeAction","params":{"range":{"start":{"line":-9}}}}"#,
    ])
    func `is not led astray by what is no message`(text: String) throws {
        var session = try session()
        for message in session.handle(Array(text.utf8)[...]).messages {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(message)) }
        }
    }
}

@Suite struct `Messages of an editor` {
    private static let stream = Array("Content-Length: 2\r\n\r\n{}content-type: x\r\ncontent-length:3\r\n\r\n[1]".utf8)

    @Test(arguments: [1, 2, 7, 1000])
    func `are told apart however they come`(size: Int) throws {
        var buffer = MessageBuffer()
        var found: [String] = []
        var rest = Self.stream[...]
        while !rest.isEmpty {
            buffer.append(rest.prefix(size))
            rest = rest.dropFirst(size)
            while let message = try buffer.next() { found.append(String(decoding: message, as: UTF8.self)) }
        }
        #expect(found == ["{}", "[1]"])
    }

    @Test(arguments: [
        "\r\n\r\n", "Content-Length: x\r\n\r\n", "Content-Length: -1\r\n\r\n",
        "Content-Length: 99999999999999999999\r\n\r\n",
        String(repeating: "x", count: 9000),
    ])
    func `that nobody sends end it`(text: String) {
        var buffer = MessageBuffer()
        buffer.append(Array(text.utf8)[...])
        #expect(throws: MessageBuffer.Failure.self) { try buffer.next() }
    }
}
