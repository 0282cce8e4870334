/// A rule by its place in ``AllRules``: of two, the one that comes first in the catalogue and among findings.
package struct RuleID: Hashable, Sendable {
    private let index: UInt8

    /// Those of the list, and behind them what is no rule of a policy.
    private static let descriptors = AllRules.list.map(\.descriptor) + [StateFindings.descriptor]

    /// Looks up what is described; one that nobody lists is our own mistake.
    init(_ descriptor: RuleDescriptor) {
        guard let id = RuleID(rawValue: descriptor.id) else {
            preconditionFailure("the rule \(descriptor.id) has no line in AllRules")
        }
        self = id
    }

    package var descriptor: RuleDescriptor { Self.descriptors[Int(index)] }

    /// What its findings do unless the reason or the policy says otherwise.
    package var defaultAction: Action { descriptor.action }

    /// Its reasons, in the order its findings are listed.
    package var reasons: [Reason] { descriptor.reasons }
}

extension RuleID: RawRepresentable, CaseIterable {
    package static let allCases: [RuleID] = descriptors.compactMap { RuleID(rawValue: $0.id) }

    package var rawValue: String { descriptor.id }

    package init?(rawValue: String) {
        guard let place = Self.descriptors.firstIndex(where: { $0.id == rawValue }) else { return nil }
        index = UInt8(place)
    }
}
