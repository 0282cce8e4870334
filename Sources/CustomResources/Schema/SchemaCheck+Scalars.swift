internal import JSONPull

extension SchemaCheck {
    mutating func checkString(_ reader: inout JSONReader, _ schema: StructuralSchema) throws(JSONError) {
        let offset = reader.position
        guard schema.checksText else {
            try reader.skipValue()
            return
        }
        guard let text = try reader.readString().map({ ExactString($0) }) else { return }
        // A text that nobody knows is not repeated: it may be a secret.
        let shown = "a text of \(text.characterCount) characters"
        if let maximum = schema.maximumCount, text.string.utf8.count > maximum, text.characterCount > maximum {
            add(.invalid, "Too long: may not be more than \(maximum) bytes", "shorten it", at: offset)
        }
        if let minimum = schema.minimumCount, text.characterCount < minimum {
            add(
                .invalid,
                "Invalid value: \(shown): should be at least \(minimum) chars long",
                "write more",
                at: offset
            )
        }
        if let pattern = schema.pattern, !pattern.matches(text) {
            add(
                .invalid,
                "Invalid value: \(shown): should match '\(VisibleText.part(pattern.text, upTo: 200))'",
                "write it so",
                at: offset
            )
        }
        if let pattern = schema.unreadPattern { addUnchecked("the pattern \(pattern)", at: offset) }
        guard let format = schema.format else { return }
        switch StringFormat.fits(text, format) {
        case true?: break
        case false?:
            add(
                .invalid,
                "Invalid value: \(shown): must be of type \(format)",
                "write it so",
                at: offset
            )
        case nil: addUnchecked("the format \(format)", at: offset)
        }
    }

    mutating func checkNumber(_ reader: inout JSONReader, _ schema: StructuralSchema) throws(JSONError) {
        let offset = reader.position
        let text = try reader.readNumber() ?? ""
        if schema.type == .integer, !NumberText.isInteger(text) {
            return add(
                .invalid,
                "Invalid value: \"number\": must be of type integer: \"number\"",
                "write a whole number",
                at: offset
            )
        }
        let value = Double(text) ?? 0
        let shown = VisibleText.part(ExactString(text), upTo: 40)
        if let bound = schema.minimum, bound.isExclusive ? value <= bound.value : value < bound.value {
            let relation = bound.isExclusive ? "greater than" : "greater than or equal to"
            add(.invalid, "Invalid value: \(shown): should be \(relation) \(bound.text)", "correct it", at: offset)
        }
        if let bound = schema.maximum, bound.isExclusive ? value >= bound.value : value > bound.value {
            let relation = bound.isExclusive ? "less than" : "less than or equal to"
            add(.invalid, "Invalid value: \(shown): should be \(relation) \(bound.text)", "correct it", at: offset)
        }
        if let factor = schema.multipleOf, factor > 0, (value / factor).rounded() * factor != value {
            add(.invalid, "Invalid value: \(shown): should be a multiple of \(factor)", "correct it", at: offset)
        }
        if let range = NumberText.bounds(ofFormat: schema.format), schema.type == .integer, !range.contains(value) {
            add(.invalid, "Invalid value: \(shown): must be of format \(schema.format ?? "")", "correct it", at: offset)
        }
    }
}

extension StructuralSchema {
    /// Whether anything is said of a text itself.
    fileprivate var checksText: Bool {
        maximumCount != nil || minimumCount != nil || pattern != nil || unreadPattern != nil || format != nil
    }
}
