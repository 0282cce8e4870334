package import JSONPull

/// What a unit tells its agent, and what that hides (`controller-semantics.md` section 5).
package struct EffectivePrompt: Sendable {
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
    /// What was written for the agent: ``winner``, or the text in front of it that came to nothing.
    package let written: Prompt?
    /// Whether what the agent gets is known to be blank.
    package let isBlank: Bool

    /// The prompt of `unit`.
    ///
    /// - Parameters:
    ///   - unit: the run or step.
    ///   - generation: of the controller.
    ///   - texts: of the run's parameters, to measure each once however many units take it.
    package init(
        of unit: RunUnit,
        generation: Generation,
        texts: inout [RunMetadata.RunParameter: PromptText]
    ) {
        self.unit = unit
        let (text, summary) = Self.implementationPrompts(of: unit)
        let own = text ?? summary
        let override = generation.forbidsPromptParameter ? nil : Self.override(in: unit, &texts)
        hidden = override == nil ? nil : own
        written = override ?? own
        guard generation.rendersTexts, override == nil else {
            winner = written
            isBlank = winner == nil
            return
        }
        var (prompt, rendered) = (written, Self.rendered(written, unit))
        // What came to nothing gives way.
        if rendered == .empty, text != nil, let summary {
            let other = Self.rendered(summary, unit)
            if other != .empty { (prompt, rendered) = (summary, other) }
        }
        (winner, isBlank) = (prompt, rendered != .present)
    }

    private static func rendered(_ prompt: Prompt?, _ unit: RunUnit) -> PromptContext.Value {
        guard let prompt else { return .absent }
        return prompt.text?.rendered(in: PromptContext(unit)) ?? .present
    }

    /// The parameter that wins over the implementation.
    private static func override(
        in unit: RunUnit,
        _ texts: inout [RunMetadata.RunParameter: PromptText]
    ) -> Prompt? {
        guard let value = unit.metadata[.prompt], let field = unit.field(of: value) else { return nil }
        let parameter = unit.metadata.runParameter(.prompt)
        let known = parameter.flatMap { texts[$0] }
        let text = known ?? unit.metadata.measuredText(.prompt).map(PromptText.withheld) ?? .text(value.text)
        if known == nil, let parameter { texts[parameter] = text }
        return Prompt(source: .parameter(field, isMapped: value.isMapped), text: text)
    }

    /// The implementation's text and its summary; an unknown implementation is presumed to have text.
    private static func implementationPrompts(of unit: RunUnit) -> (text: Prompt?, summary: Prompt?) {
        switch unit.implementationOrigin {
        case .none: return (nil, nil)
        case .reference(let name, _):
            guard let implementation = unit.implementation else {
                return (Prompt(source: .specification(name: name, member: "text"), text: nil), nil)
            }
            return (
                implementation.text.map { Prompt(source: .specification(name: name, member: "text"), text: $0) },
                implementation.summary.map { Prompt(source: .specification(name: name, member: "summary"), text: $0) }
            )
        case .inline:
            func prompt(_ text: PromptText?, _ member: StaticString) -> Prompt? {
                guard let text, let field = unit.implementationField(member) else { return nil }
                return Prompt(source: .inline(field), text: text)
            }
            guard let implementation = unit.implementation else { return (nil, nil) }
            return (prompt(implementation.text, ".text"), prompt(implementation.summary, ".summary"))
        }
    }
}
