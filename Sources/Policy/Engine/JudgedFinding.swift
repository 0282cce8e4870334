internal import AgentRuns
internal import JSONPull

/// The drafts of one reason at one field, with what the policy makes of each value they name; a ``Finding`` once that is
/// settled.
struct JudgedFinding {
    /// What makes a value the same on the object before an update; a list index is no part of it.
    struct Identity: Hashable {
        var reason: Reason
        var field: ExactString
        var value: ExactString
    }

    /// What one draft says.
    private struct Part {
        var message: String
        var remedy: String
        var wording: RuleFindings.Wording?
        /// What the policy makes of a draft about no value.
        var action: Action
        var values: [Finding.Value]
    }

    let rule: RuleID
    let reason: Reason
    private let field: FieldPath?
    private var parts: [Part]
    private var outcomes: [ControllerOutcome]
    /// Where each value is, once there is more than one draft.
    private var places: [ExactString: (part: Int, value: Int)] = [:]
    /// What the operator says beside it.
    private let note: String
    private var exemption: Exemption?
    /// Exemptions that would have covered it and have expired.
    private var expired: [Exemption] = []

    /// - Parameters:
    ///   - draft: the first of its reason at its field.
    ///   - rule: that reports it.
    ///   - action: what the policy makes of it, caps aside.
    ///   - note: what the operator says beside it.
    init(_ draft: RuleFindings.Draft, of rule: RuleID, action: Action, note: String = "") {
        (self.rule, self.note) = (rule, note)
        (reason, field) = (draft.reason, draft.field)
        outcomes = draft.outcome.map { [$0] } ?? []
        parts = [Self.part(draft, draft.values, action)]
    }

    private static func part(_ draft: RuleFindings.Draft, _ values: [ExactString], _ action: Action) -> Part {
        Part(
            message: draft.message,
            remedy: draft.remedy,
            wording: draft.wording,
            action: min(action, draft.cap),
            values: values.map { Finding.Value(text: $0, action: draft.capped(action, for: $0)) }
        )
    }

    /// Adds another draft of the same reason and field.
    ///
    /// A value that is there already has the more severe of its actions.
    mutating func add(_ draft: RuleFindings.Draft, action: Action) {
        if places.isEmpty {
            for (index, value) in parts[0].values.enumerated() { places[value.text] = (0, index) }
        }
        outcomes += draft.outcome.map { [$0] } ?? []
        var added: [ExactString] = []
        for value in draft.values {
            if let place = places[value] {
                guard place.part < parts.count else { continue }
                let known = parts[place.part].values[place.value].action
                parts[place.part].values[place.value].action = max(known, draft.capped(action, for: value))
            } else {
                places[value] = (parts.count, added.count)
                added.append(value)
            }
        }
        if !added.isEmpty { parts.append(Self.part(draft, added, action)) }
    }

    // MARK: What the policy makes of it

    /// Makes it `Audit`, at most, as the exemption covers it.
    mutating func exempt(by exemption: Exemption) {
        self.exemption = exemption
        limitActions()
    }

    /// Notes that an exemption would have covered it.
    mutating func noteExpired(_ exemption: Exemption) { expired.append(exemption) }

    private mutating func limitActions() {
        for part in parts.indices {
            parts[part].action = min(parts[part].action, .audit)
            for value in parts[part].values.indices {
                parts[part].values[value].action = min(parts[part].values[value].action, .audit)
            }
        }
    }

    /// The most severe action of its values.
    var action: Action { parts.lazy.flatMap(\.values).map(\.action).max() ?? parts[0].action }

    /// What ratcheting compares.
    var identities: [Identity] {
        let field = field?.identity ?? ""
        return parts.flatMap(\.values).map { Identity(reason: reason, field: field, value: $0.text) }
    }

    /// Makes the values `Audit`, at most, that are in `known`, the identities of the object before an update.
    mutating func ratchet(knowing known: Set<Identity>) {
        let field = field?.identity ?? ""
        for part in parts.indices {
            for index in parts[part].values.indices {
                let value = parts[part].values[index]
                guard known.contains(Identity(reason: reason, field: field, value: value.text)) else { continue }
                parts[part].values[index].action = min(value.action, .audit)
                parts[part].values[index].isRatcheted = true
            }
        }
    }

    // MARK: The finding

    /// What is said of the values, with the most severe of their actions.
    var finding: Finding {
        let values = parts.flatMap(\.values)
        let text = text
        return Finding(
            rule: rule,
            reason: reason,
            action: action,
            field: field?.text ?? "",
            path: field,
            // Rules make their parts visible; this is for the part that one forgets.
            message: VisibleText.line(text.message),
            remedy: VisibleText.line(text.remedy),
            note: note,
            exemption: exemption?.toldName,
            exemptionContact: exemption?.contact ?? ExemptionContact(),
            isRatcheted: !values.isEmpty && values.allSatisfy(\.isRatcheted),
            outcomes: outcomes,
            values: values
        )
    }

    /// What one part says of values that are all new, or were all there before.
    private struct Sentence {
        var message: String
        var remedy: String
        var action: Action
    }

    /// Sentences in one message.
    private static let maximumSentences = 5

    private var text: (message: String, remedy: String) {
        let expired = expired.map { exemption in
            let contact = exemption.contact.text
            return "; exemption \(VisibleText.quoted(exemption.name)) has expired"
                + (contact.isEmpty ? "" : " (\(contact))")
        }
        .joined()
        // Nearly always.
        if parts.count == 1, parts[0].wording == nil || parts[0].values.count == 1 {
            return (parts[0].message + expired, parts[0].remedy)
        }
        let (new, known) = (sentences(areRatcheted: false), sentences(areRatcheted: true))
        let first = new.isEmpty ? known : new
        var message = Self.joined(first, \.message)
        if !new.isEmpty, !known.isEmpty { message += "; as before the update: \(Self.joined(known, \.message))" }
        return (message + expired, Self.joined(first, \.remedy))
    }

    /// What is wrong with the values that were, or were not, there before; the most severe first.
    private func sentences(areRatcheted: Bool) -> [Sentence] {
        var sentences: [Sentence] = []
        for part in parts {
            let values = part.values.filter { $0.isRatcheted == areRatcheted }
            guard let action = values.map(\.action).max() ?? (part.values.isEmpty ? part.action : nil) else { continue }
            let isWhole = values.count == part.values.count
            let message = isWhole ? part.message : part.wording?(values.map(\.text)) ?? part.message
            sentences.append(Sentence(message: message, remedy: part.remedy, action: action))
        }
        return [Action.deny, .warn, .audit, .off].flatMap { action in sentences.filter { $0.action == action } }
    }

    /// The first few different texts, and how many there are beyond.
    private static func joined(_ sentences: [Sentence], _ text: (Sentence) -> String) -> String {
        var seen: Set<String> = []
        let texts = sentences.map(text).filter { seen.insert($0).inserted }
        let rest = texts.count > maximumSentences ? "; and \(texts.count - maximumSentences) more" : ""
        return texts.prefix(maximumSentences).joined(separator: "; ") + rest
    }
}

extension RuleFindings.Draft {
    /// `action` as far as the catalogue lets `value` have it.
    fileprivate func capped(_ action: Action, for value: ExactString) -> Action {
        min(action, caps.isEmpty ? cap : caps[value] ?? cap)
    }
}
