package import JSONPull

/// What a unit tells its agent, and what that hides (`controller-semantics.md` section 5).
///
/// A class because several rules look at it: handing it on costs one retain instead of ten.
package final class EffectivePrompt: Sendable {
    /// A place a prompt can come from.
    package enum Source: Sendable {
        /// A parameter, or one mapped onto `prompt` by the contract.
        case parameter(FieldPath, isMapped: Bool)
        /// `text` or `summary` of the inline implementation; its path.
        case inline(FieldPath)
        /// `text` or `summary` of a named ImplementationSpec.
        case specification(name: ExactString, member: StaticString)

        /// As the explanation names it: a path, or `ImplementationSpec/NAME .spec.text`.
        package var text: String {
            switch self {
            case .parameter(let path, _), .inline(let path): path.text
            case .specification(let name, let member):
                Self.text(ExactString(VisibleText.part(name)), member)
            }
        }

        /// Written into place at once: every verdict has such a text, and appending cost four times as much.
        private static func text(_ name: ExactString, _ member: StaticString) -> String {
            let (kind, spec): (StaticString, StaticString) = ("ImplementationSpec/", " .spec.")
            let fixedCount = kind.utf8CodeUnitCount + spec.utf8CodeUnitCount + member.utf8CodeUnitCount
            return unsafe name.withBytes { name in
                unsafe String(unsafeUninitializedCapacity: fixedCount + name.count) { text in
                    var count = 0
                    func add(_ part: UnsafeBufferPointer<UInt8>) {
                        _ = unsafe text[count...].update(fromContentsOf: part)
                        count += part.count
                    }
                    kind.withUTF8Buffer { unsafe add($0) }
                    unsafe add(name)
                    spec.withUTF8Buffer { unsafe add($0) }
                    member.withUTF8Buffer { unsafe add($0) }
                    return count
                }
            }
        }
    }

    /// A source and its text.
    package struct Prompt: Sendable {
        package var source: Source
        /// Nil when the text is in an ImplementationSpec that is not known.
        package var text: PromptText?
    }

    /// The run or step that is meant.
    package let unit: RunUnit
    /// What the agent gets; nil when there is no text at all.
    package let winner: Prompt?
    /// What it would have got otherwise, when a parameter wins over it.
    package let hidden: Prompt?

    /// The prompt of `unit`.
    package init(of unit: RunUnit, generation: Generation) {
        self.unit = unit
        let own = Self.implementationPrompt(of: unit)
        guard generation == .february2026, let value = unit.metadata[.prompt],
            let field = unit.field(of: value)
        else {
            (winner, hidden) = (own, nil)
            return
        }
        let text = unit.metadata.redactedText(.prompt).map(PromptText.redacted) ?? .text(value.text)
        winner = Prompt(source: .parameter(field, isMapped: value.isMapped), text: text)
        hidden = own
    }

    /// The implementation's text, else its summary; an unknown implementation is presumed to have text.
    private static func implementationPrompt(of unit: RunUnit) -> Prompt? {
        switch unit.implementationOrigin {
        case .none: return nil
        case .reference(let name, _):
            guard let implementation = unit.implementation else {
                return Prompt(source: .specification(name: name, member: "text"), text: nil)
            }
            if let text = implementation.text {
                return Prompt(source: .specification(name: name, member: "text"), text: text)
            }
            return implementation.summary.map {
                Prompt(source: .specification(name: name, member: "summary"), text: $0)
            }
        case .inline:
            guard let implementation = unit.implementation else { return nil }
            if let text = implementation.text, let field = unit.implementationField(".text") {
                return Prompt(source: .inline(field), text: text)
            }
            guard let summary = implementation.summary, let field = unit.implementationField(".summary") else {
                return nil
            }
            return Prompt(source: .inline(field), text: summary)
        }
    }
}
