package import JSONPull
package import Policy

/// What `explain` found out about each run.
package struct ExplainReport {
    /// A run and everything about it.
    package struct Entry: Sendable {
        package let check: JudgedObject
        package let run: RunReading
        package let patch: JSONPatch

        package init(check: JudgedObject, run: RunReading, patch: JSONPatch) {
            self.check = check
            self.run = run
            self.patch = patch
        }
    }

    package private(set) var entries: [Entry] = []
    /// What could not be read or explained, and what reads but hardly as it was meant.
    package private(set) var problems: [FileProblem] = []
    /// How many objects, of whatever kind, each file has.
    private var objectCounts: [ExactString: Int] = [:]

    package init() {}

    package var exitStatus: CommandStatus {
        if problems.contains(where: { $0.severity == .error }) { return .failed }
        return entries.contains { !$0.check.isAllowed } ? .refused : .good
    }

    /// What goes to standard error.
    package var problemText: String { problems.lines }

    package mutating func add(_ problem: FileProblem) { problems.append(problem) }

    /// Counts an object of the file `source`, whatever comes of it.
    package mutating func count(objectOf source: String) { objectCounts[ExactString(source), default: 0] += 1 }

    package mutating func add(_ entry: Entry) { entries.append(entry) }

    /// The command that applies the patch of `entry`, fit to print as it is; nil without one, and where a name of a file or
    /// of the object is not.
    func command(of entry: Entry) -> String? {
        guard !entry.patch.operations.isEmpty else { return nil }
        let json = String(decoding: VisibleText.json(Array(entry.patch.json.utf8)), as: UTF8.self)
        let patch = "--type=json --patch \(ShellWord.quoted(json))"
        let source = entry.check.source
        // A local patch applies to everything in a file.
        if source != "-", objectCounts[ExactString(source)] == 1 {
            guard VisibleText.line(source) == source else { return nil }
            return "kubectl patch --local --filename \(ShellWord.quoted(source)) \(patch) --output yaml"
        }
        let object = entry.check.verdict.object
        // One without a name of its own is shown as `PREFIX*`.
        if object.name.string.utf8.contains(UInt8(ascii: "*")) { return nil }
        // Of a name that starts with a hyphen kubectl would make an option.
        let isNamed = [object.name, object.namespace].allSatisfy {
            VisibleText.line($0.string) == $0.string && !$0.isEmpty && !$0.starts(with: "-")
        }
        guard isNamed else { return nil }
        let place = "--namespace \(ShellWord.quoted(object.namespace.string))"
        return "kubectl patch agentrun \(ShellWord.quoted(object.name.string)) \(place) \(patch)"
    }
}

extension ExplainReport: PrintedReport {
    package static let forms: [OutputForm<ExplainReport>] = [
        .init(.text) { $0.text(style: $1.style) },
        .init(.json) { report, _ in report.json },
    ]
}
