internal import JSONPull

/// A command to GitHub's runner, in its escaping (actions/toolkit, packages/core/src/command.ts).
struct WorkflowCommand: CustomStringConvertible {
    let level: String
    let properties: [(name: String, value: String)]
    let message: String

    static func place(_ file: String, _ position: SourcePosition?) -> [(name: String, value: String)] {
        guard let position else { return [("file", file)] }
        return [("file", file), ("line", "\(position.line)"), ("col", "\(position.column)")]
    }

    var description: String {
        let list = properties.map { "\($0.name)=\(Self.escaped($0.value, also: [":", ","]))" }.joined(separator: ",")
        return "::\(level)\(list.isEmpty ? "" : " \(list)")::\(Self.escaped(message, also: []))"
    }

    /// Line ends are gone already: control characters are shown as `\u00xx`.
    private static func escaped(_ text: String, also characters: Set<Unicode.Scalar>) -> String {
        var result = ""
        for scalar in VisibleText.line(text).unicodeScalars {
            if scalar == "%" || characters.contains(scalar) {
                result += "%" + String(scalar.value, radix: 16, uppercase: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
