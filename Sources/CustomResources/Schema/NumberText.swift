internal import JSONPull

/// Numbers as JSON writes them.
enum NumberText {
    /// Whether a number is whole, as `1`, `1.0` and `10e-1` are.
    static func isInteger(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy {
            $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E")
        }
        if isPlain { return true }
        guard let value = Double(text), value.isFinite else { return false }
        return value.rounded() == value
    }

    /// The numbers of a format; nil for one that bounds none.
    static func bounds(ofFormat format: String?) -> ClosedRange<Double>? {
        switch format {
        case "int32": Double(Int32.min)...Double(Int32.max)
        case "int64": Double(Int64.min)...Double(Int64.max)
        default: nil
        }
    }
}
