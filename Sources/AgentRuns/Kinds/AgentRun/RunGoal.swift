package import JSONPull

/// `spec.goal` (2026-08), as the controller's `resolveRunGoal` reads it.
package struct RunGoal: Sendable {
    /// Whether `objective` is no blank text; without one there is no goal, and no budget.
    private(set) var hasObjective = false
    /// `objective`, where something is hidden in it.
    package private(set) var suspectObjective: SuspectText?
    /// `tokenBudget`, truncated, where it is a number above 0, or a text of one, and as it is written.
    private var budget: Double?
    /// What stands at `tokenBudget`, as JSON; empty where nothing does.
    package private(set) var writtenBudget: ExactString = ""

    /// The budget in force; nil for none.
    package var tokenBudget: Double? { hasObjective ? budget : nil }

    init() {}

    init(_ reader: inout JSONReader) throws(JSONError) {
        var goal = RunGoal()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "objective": try goal.readObjective(&reader)
            case "tokenBudget": try goal.readBudget(&reader)
            default: try reader.skipValue()
            }
        }
        self = goal
    }

    private mutating func readObjective(_ reader: inout JSONReader) throws(JSONError) {
        if try reader.peek() == .object, case .text(let text)? = try reader.readMeasuredValue() {
            (hasObjective, suspectObjective) = (true, SuspectText(text))
            return
        }
        let text = try reader.readExactString()
        hasObjective = text.map { !$0.isBlank } ?? false
        suspectObjective = text.flatMap { SuspectText($0) }
    }

    private mutating func readBudget(_ reader: inout JSONReader) throws(JSONError) {
        let kind = try reader.peek()
        let start = reader.position
        let text = kind == .string ? try reader.readNonBlank()?.string : try reader.readNumber()
        writtenBudget = kind == .null ? "" : reader.text(of: start..<reader.position)
        let value = text.flatMap(Double.init) ?? 0
        budget = value > 0 && value.isFinite ? value.rounded(.towardZero) : nil
    }
}
