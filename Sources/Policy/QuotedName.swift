private import AgentRuns
package import JSONPull

/// User-supplied text as messages repeat it.
package enum QuotedName {
    /// Longest part repeated, in characters (Unicode scalars).
    package static let maximumLength = 80

    /// `text` in double quotes on one line: quotes and backslashes escaped, controls visible, cut after 80 characters.
    package static func quote(_ text: ExactString) -> String {
        var result = "\""
        var count = 0
        for scalar in text.string.unicodeScalars {
            guard count < maximumLength else {
                result += "…"
                break
            }
            count += 1
            append(scalar, to: &result)
        }
        return result + "\""
    }

    /// The first of `names`, quoted, and how many there are beyond.
    static func list(_ names: [ExactString], atMost count: Int) -> String {
        let others = names.count > count ? " and \(names.count - count) more" : ""
        return names.prefix(count).map { quote($0) }.joined(separator: ", ") + others
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar.value {
        case 0x22: text += "\\\""
        case 0x5C: text += "\\\\"
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029:
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: text.unicodeScalars.append(scalar)
        }
    }
}
