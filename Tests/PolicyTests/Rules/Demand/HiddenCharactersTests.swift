import AgentRuns
import JSONPull
import Policy
import PolicyTestSupport
import Testing

@Suite struct `Hidden characters` {
    private static let tag = #"\U000E0041"#

    @Test func `are found in every text of a run`() throws {
        let inline =
            #"{text: "x\#(Self.tag)", summary: "s\u200b", description: "d\u202e", acceptanceCriteria: [fine, "a\u200b", 7]}"#
        let steps =
            #"[{name: a, parameters: {body: "b\u200b"}, implementation: {inline: {text: "t\u2066"}}}, {name: b}]"#
        let spec = #"""
            runtime: {type: workflow}, implementation: {inline: \#(inline)}, systemPrompt: "p\u200b", parameters: {title: "t\u200b", other: fine}, \#
            workflow: {steps: \#(steps)}, goal: {objective: "o\u200b"}
            """#
        let both = [
            "HiddenText spec.parameters.title Warn", "HiddenText spec.implementation.inline.text Warn",
            "HiddenText spec.implementation.inline.summary Warn",
            "HiddenText spec.implementation.inline.acceptanceCriteria[1] Warn", "HiddenText spec.systemPrompt Warn",
        ]
        let step = [
            "HiddenText spec.workflow.steps[0].parameters.body Warn",
            "BidirectionalText spec.implementation.inline.description Warn",
            "BidirectionalText spec.workflow.steps[0].implementation.inline.text Warn",
        ]
        #expect(try judge(run(spec)).summary(of: .hiddenText) == both + step)
        #expect(
            try judge(run(spec), generation: .august2026).summary(of: .hiddenText)
                == both + ["HiddenText spec.goal.objective Warn"] + step
        )
    }

    @Test func `are found in other objects`() throws {
        let texts = #"text: "x\u200b", summary: s, description: "d\u202e", acceptanceCriteria: ["a\u200b"]"#
        #expect(
            try judge(object("ImplementationSpec", "i", texts)).summary(of: .hiddenText) == [
                "HiddenText spec.text Warn", "HiddenText spec.acceptanceCriteria[0] Warn",
                "BidirectionalText spec.description Warn",
            ]
        )
        #expect(
            try judge(object("Agent", "a", #"defaults: {systemPrompt: "p\u200b"}"#)).summary(of: .hiddenText)
                == ["HiddenText spec.defaults.systemPrompt Warn"]
        )
    }

    @Test func `are counted in the text as it is written`() throws {
        let lines = try judge(run(#"implementation: {inline: {text: "\n  a\u200b\ufeff "}}"#)).lines(of: .hiddenText)
        #expect(
            lines == [
                """
                [HiddenText] spec.implementation.inline.text: Invalid value: 2 characters that nobody sees (1 zero width, 1 byte \
                order mark), the first at line 2, column 4 (remove what is not seen)
                """
            ]
        )
    }

    @Test(arguments: ["7", "[x]", "{a: b}", "null", "true"]) func `are in no value that is no text`(
        value: String
    ) throws {
        let inline = "{text: t, summary: \(value), description: \(value), acceptanceCriteria: \(value)}"
        let spec = "implementation: {inline: \(inline)}, parameters: {a: \(value)}, goal: \(value)"
        #expect(try judge(run(spec), generation: .august2026).summary(of: .hiddenText) == [])
    }

    @Test func `are only noted where they were before`() throws {
        func object(_ text: String, _ other: String) -> String {
            run(#"implementation: {inline: {text: t, description: "\#(text)"}}, parameters: {x: \#(other)}"#)
        }
        func actions(from old: String, to new: String) throws -> [String] {
            try review(operation: "UPDATE", object: object(new, "b"), oldObject: object(old, "a")).findings
                .filter { $0.rule == .hiddenText }.map(\.action.rawValue)
        }
        #expect(try actions(from: #"a\u200b"#, to: #"a\u200b"#) == ["Audit"])
        #expect(try actions(from: #"a\u200b"#, to: #"b\u200b"#) == ["Warn"])
        #expect(try actions(from: "a", to: #"a\u200b"#) == ["Warn"])
    }
}
