internal import AgentRuns

/// Why a rule complains: the controller's own condition reason where it has one.
///
/// Each is declared once, in the file of the rule that has it, with what it means and how to put it right.
package struct Reason: Sendable {
    /// What is said of it; its identity is the reason's.
    private final class Description: Sendable {
        let name: String
        let action: DefaultAction?
        let meaning: String
        let example: String
        let fix: String
        let mend: Mend?

        init(
            _ name: String,
            _ action: DefaultAction?,
            _ meaning: String,
            _ example: String,
            _ fix: String,
            _ mend: Mend?
        ) {
            (self.name, self.action, self.meaning) = (name, action, meaning)
            (self.example, self.fix, self.mend) = (example, fix, mend)
        }
    }

    /// A default that is not the rule's.
    private struct DefaultAction: Sendable {
        let action: Action
        /// Whether it is the default with a generation; nil for all.
        let applies: (@Sendable (Generation) -> Bool)?
    }

    private let description: Description

    /// - Parameters:
    ///   - name: as conditions and messages have it, CamelCase.
    ///   - action: what its findings do by default, where that differs from the rule's.
    ///   - applies: the generations with which they do; nil for all.
    ///   - meaning: one line of Markdown, without a full stop.
    ///   - example: what has it.
    ///   - fix: how to put it right.
    ///   - mend: how a patch does, where nobody has to decide anything.
    init(
        _ name: String,
        action: Action? = nil,
        where applies: (@Sendable (Generation) -> Bool)? = nil,
        meaning: String,
        example: String,
        fix: String,
        mend: Mend? = nil
    ) {
        let action = action.map { DefaultAction(action: $0, applies: applies) }
        description = Description(name, action, meaning, example, fix, mend)
    }

    /// One line of Markdown, without a full stop.
    package var meaning: String { description.meaning }
    /// What has it.
    package var example: String { description.example }
    /// How to put it right.
    package var fix: String { description.fix }
    /// How a patch puts it right.
    var mend: Mend? { description.mend }

    /// Whether the default depends on which controller runs.
    var dependsOnGeneration: Bool { description.action?.applies != nil }

    /// The default where it differs from the rule's.
    func defaultAction(generation: Generation) -> Action? {
        guard let own = description.action, own.applies?(generation) ?? true else { return nil }
        return own.action
    }
}

extension Reason: Hashable {
    package static func == (lhs: Reason, rhs: Reason) -> Bool { lhs.description === rhs.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(description)) }
}

extension Reason: RawRepresentable, CaseIterable {
    /// Those of all rules, in catalogue order, and what a rule has that could not judge.
    package static let allCases: [Reason] = RuleID.allCases.flatMap(\.reasons) + [.ruleFailed]

    package var rawValue: String { description.name }

    package init?(rawValue: String) {
        guard let reason = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = reason
    }
}
