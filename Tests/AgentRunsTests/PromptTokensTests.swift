import AgentRuns
import JSONPull
import Testing

@Suite struct `Tokens of a prompt` {
    @Test(arguments: [255, 256, 257, 1000])
    func `are kept up to a number of each kind`(count: Int) {
        func tokens(_ token: (Int) -> String) -> PromptTokens {
            PromptTokens(in: ExactString((0..<count).map(token).joined(separator: " ")))
        }
        let kept = min(count, PromptTokens.maximumNames)
        let names = (0..<kept).map { ExactString("n\($0)") }
        #expect(tokens { "${n\($0)}" }.dollarBraces == names)
        #expect(tokens { "$n\($0)" }.shellVariables == names)
        #expect(tokens { "{{ n\($0) }}" }.braces == names)
        #expect(tokens { "{{ ${n\($0)}} }" }.bracedDollarBraces == names)
        #expect(tokens { "{{ $n\($0) }}" }.bracedShellVariables == names)
    }
}
