internal import JSONPull

/// The way from an object to the value that is looked at.
struct FieldSteps {
    enum Step {
        case member(ExactString)
        case element(Int)
    }

    var steps: [Step] = []

    /// As the API server writes it, keys that are no plain names in brackets, long ones cut.
    var text: String {
        var text = ""
        for step in steps {
            switch step {
            case .member(let key): text = JSONPath.joining(text, key.string)
            case .element(let index): text += "[\(index)]"
            }
        }
        return text
    }
}
