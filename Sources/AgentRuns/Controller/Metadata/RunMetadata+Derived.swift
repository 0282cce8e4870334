internal import JSONPull

/// What the controller derives from the implementation's texts where nothing else gives it: a title, a body and the prompt
/// (`controller-semantics.md` section 7).
///
/// Worked out when it is asked for, as that may take rendering a text.
extension RunMetadata {
    /// A text of the implementation.
    private enum Part {
        case text
        case summary
    }

    /// Whether `name` has a derived value.
    func derives(_ name: ParameterName) -> Bool {
        let (parts, count) = origins(of: name)
        return parts.contains { has($0, renderedTimes: count) }
    }

    /// The derived value of `name`, not empty; nil where there is none.
    func derived(_ name: ParameterName) -> TokenValue? {
        let (parts, count) = origins(of: name)
        for part in parts { if let value = value(of: part, renderedTimes: count) { return value } }
        return nil
    }

    /// What `name` is derived from, first choice first, and how often that is rendered: the texts of title and body once as
    /// parts of the prompt, and then again.
    private func origins(of name: ParameterName) -> (parts: [Part], count: Int) {
        let hasIssue = generation.derivesIssueWithoutNumber || has(.issueNumber)
        switch name {
        case .prompt: return ([.text, .summary], 1)
        case .issueTitle where hasIssue: return ([.summary], 2)
        case .issueBody where hasIssue: return ([.text], 2)
        default: return ([], 1)
        }
    }

    /// An implementation of which nothing is known is presumed to have a text.
    private func isPresumed(_ part: Part) -> Bool { isImplementationUnknown && part == .text }

    private func text(_ part: Part) -> PromptText? {
        switch part {
        case .text: implementation?.text
        case .summary: implementation?.summary
        }
    }

    /// Whether something is left of the text, be it blank.
    private func has(_ part: Part, renderedTimes count: Int) -> Bool {
        guard let text = text(part) else { return isPresumed(part) }
        return !generation.rendersTexts || text.rendered(in: PromptContext(self), times: count) != .empty
    }

    private func value(of part: Part, renderedTimes count: Int) -> TokenValue? {
        guard let text = text(part) else { return isPresumed(part) ? .hidden : nil }
        switch text {
        case .whole(let whole):
            return generation.rendersTexts ? rendered(whole.text, times: count) : .text(whole.text)
        case .measured, .withheld:
            if generation.rendersTexts, let tokens = text.onlyTokens { return rendered(tokens, times: count) }
            if case .withheld(let measured) = text { return .text(measured.standIn) }
            return .hidden
        }
    }

    /// Nil when nothing is left.
    private func rendered(_ text: ExactString, times count: Int) -> TokenValue? {
        guard let text = TokenRenderer(PromptContext(self).names).rendering(text, times: count) else { return .hidden }
        return text.isEmpty ? nil : .text(text)
    }
}
