import AdmissionAPI
import JSONPull
import Policy
import PolicyTestSupport
import Testing

/// What `--output json` prints of a verdict: people's scripts read these keys.
@Suite struct `A verdict as JSON` {
    @Test func `has these keys`() throws {
        let verdict = try review(object: run("parameters: {repository: a/b, head: codex/h, prompt: x}"))
        var writer = JSONWriter()
        verdict.write(
            to: &writer,
            source: "r.yaml",
            start: SourcePosition(line: 3, column: 1),
            positions: [SourcePosition(line: 4, column: 5)]
        )
        let keys = """
            {"source":"r.yaml","line":3,"operation":"CREATE","dryRun":false,"object":{"group":"agents.proompteng.ai",\
            "version":"v1alpha1","kind":"AgentRun","namespace":"agents","name":"r"},"allowed":true,"findings":[{\
            "rule":"prompt-override","reason":"PromptOverride","action":"Warn","field":"spec.parameters.prompt","line":4,\
            "column":5,"message":"this prompt (1 characters) overrides the inline text at \
            spec.implementation.inline.text (1 characters), which the agent will not see","remedy":"remove it, or move its \
            content into the inline text"}],"explanation":{"prompt":[{"source":"spec.parameters.prompt","length":1,\
            "sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881","overrides":[{"source":\
            "spec.implementation.inline.text","length":1,\
            "sha256":"e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8"}]}],"repository":"a/b",\
            "head":"codex/h","vcsMode":"read-write"}}
            """
        #expect(String(decoding: writer.bytes, as: UTF8.self) == keys)
    }
}
