internal import JSONPull

/// A command to GitHub's runner, in its escaping (actions/toolkit, packages/core/src/command.ts).
struct WorkflowCommand: CustomStringConvertible {
    let level: String
    let properties: [(name: String, value: String)]
    let message: String

    /// Annotations of a kind that GitHub shows of a step; it drops what comes later.
    private static let maximumCount = 10

    /// The lines for these: of each kind as many annotations as are shown, the last of which counts the rest, and the rest as
    /// lines of the log.
    static func limited(_ commands: [WorkflowCommand]) -> [String] {
        let totals = Dictionary(grouping: commands, by: \.level).mapValues(\.count)
        var counts: [String: Int] = [:]
        var lines: [String] = []
        for command in commands {
            counts[command.level, default: 0] += 1
            let (count, total) = (counts[command.level] ?? 0, totals[command.level] ?? 0)
            if total <= maximumCount || count < maximumCount {
                lines.append(command.description)
                continue
            }
            if count == maximumCount {
                let rest = total - count + 1
                let message = "\(rest) more of this kind, which the log of this step lists"
                lines.append(WorkflowCommand(level: command.level, properties: [], message: message).description)
            }
            lines.append(command.logLine)
        }
        return lines
    }

    static func place(_ file: String, _ position: SourcePosition?) -> [(name: String, value: String)] {
        guard let position else { return [("file", file)] }
        return [("file", file), ("line", "\(position.line)"), ("col", "\(position.column)")]
    }

    var description: String {
        let list = properties.map { "\($0.name)=\(Self.escaped($0.value, also: [":", ","]))" }.joined(separator: ",")
        return "::\(level)\(list.isEmpty ? "" : " \(list)")::\(Self.escaped(message, also: []))"
    }

    /// The same as a line of the log, which must not start as a command does.
    private var logLine: String {
        let place = properties.filter { $0.name != "title" }.map(\.value).joined(separator: ":")
        return VisibleText.line("\(level) \(place): \(message)")
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
