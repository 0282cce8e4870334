package import JSONPull

/// A rule of `x-kubernetes-validations`: an expression in CEL (the Common Expression Language) about the value it stands at.
package struct ValidationRule: Sendable {
    /// The expression as it is written.
    package let rule: ExactString
    private let message: String
    private let messageExpression: String
    /// Which field of the value it is about, `.a.b`; empty for the value itself.
    let fieldPath: String
    /// Nil for what is beyond ``RuleExpression``.
    let expression: RuleExpression?

    /// Whether it compares with the object before an update, so that it says nothing of one that is created.
    var isAboutUpdates: Bool { expression?.names("oldSelf") ?? false }

    init(_ reader: inout JSONReader) throws(JSONError) {
        var (rule, message, messageExpression, fieldPath) = ("", "", "", "")
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "rule": rule = try reader.readString() ?? ""
            case "message": message = try reader.readString() ?? ""
            case "messageExpression": messageExpression = try reader.readString() ?? ""
            case "fieldPath": fieldPath = try reader.readString() ?? ""
            default: try reader.skipValue()
            }
        }
        self.rule = ExactString(rule)
        (self.message, self.messageExpression, self.fieldPath) = (message, messageExpression, fieldPath)
        var parser = RuleParser(self.rule)
        expression = rule.utf8.count <= SchemaLimits.maximumRuleBytes ? parser.parse() : nil
    }

    /// What the API server says when it is broken.
    func text(for value: TreeValue, steps: inout Int) -> String {
        var parser = RuleParser(ExactString(messageExpression))
        if !messageExpression.utf8.isEmpty, let expression = parser.parse() {
            var evaluation = RuleEvaluation(value: value, steps: steps)
            defer { steps = evaluation.steps }
            if case .string(let text)? = try? evaluation.value(of: expression), !text.isEmpty { return text.string }
        }
        return message.utf8.isEmpty ? "failed rule: \(rule)" : message
    }
}

extension SchemaCheck {
    /// Evaluates the rules of the values that were met, in the order of the walk.
    mutating func evaluateRules(in object: UnsafeRawBufferPointer) {
        var steps = SchemaLimits.maximumSteps
        for pending in pending {
            let rules = pending.schema.validations.filter { !$0.isAboutUpdates }
            if rules.isEmpty { continue }
            let bytes = unsafe UnsafeRawBufferPointer(rebasing: object[pending.range])
            do throws(JSONError) {
                let value = try unsafe JSONReader.read(bytes) { reader throws(JSONError) in try TreeValue(&reader) }
                for rule in rules { evaluate(rule, on: value, pending, &steps) }
            } catch {
                // These bytes have been read before.
            }
        }
    }

    private mutating func evaluate(
        _ rule: ValidationRule,
        on value: TreeValue,
        _ pending: PendingRules,
        _ steps: inout Int
    ) {
        let offset = pending.anchor
        let field =
            pending.field
            + (pending.field.utf8.isEmpty ? String(Substring(rule.fieldPath.utf8.dropFirst())) : rule.fieldPath)
        let shown = VisibleText.part(rule.rule, upTo: 200)
        let unchecked = SchemaFault(
            .notChecked,
            field: field,
            message: "the rule \(shown) was not checked",
            remedy: "kubectl apply --dry-run=server will check it",
            offset: offset
        )
        guard let expression = rule.expression else { return note(unchecked) }
        var evaluation = RuleEvaluation(value: value, steps: steps)
        var reason: String?
        do throws(RuleFailure) {
            let result = try evaluation.value(of: expression)
            guard result != .boolean(true) else {
                steps = evaluation.steps
                return
            }
        } catch {
            switch error {
            case .unsupported, .tooLong:
                steps = evaluation.steps
                return note(unchecked)
            case .error(let text): reason = "\(text) evaluating rule: \(shown)"
            }
        }
        steps = evaluation.steps
        let text = reason ?? VisibleText.line(rule.text(for: value, steps: &steps))
        note(
            SchemaFault(
                .invalid,
                field: field,
                message: "Invalid value: \(text)",
                remedy: "see the rule \(shown)",
                offset: offset
            )
        )
    }

    private mutating func note(_ fault: SchemaFault) {
        if faults.count < SchemaLimits.maximumFaults { faults.append(fault) }
    }
}
