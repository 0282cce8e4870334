internal import AdmissionAPI
internal import ClusterState
internal import JSONPull
internal import Policy

/// What `explain` found out about each run.
struct ExplainReport {
    /// A run and everything about it.
    struct Entry {
        let check: CheckReport.Entry
        let run: RunExplanation
        let patch: PatchSuggestion
    }

    private(set) var entries: [Entry] = []
    /// How many objects, of whatever kind, each file has.
    private var objectCounts: [ExactString: Int] = [:]

    var isDenied: Bool { entries.contains { !$0.check.verdict.allowed } }

    /// Explains `item`, if it is a run.
    mutating func add(
        _ item: CheckItem,
        _ engine: PolicyEngine,
        _ state: ClusterStore,
        namespace: ExactString
    ) throws(AdmissionReviewError) {
        objectCounts[ExactString(item.source), default: 0] += 1
        let result = unsafe item.withJSON { bytes in
            Result { () throws(AdmissionReviewError) -> Entry? in
                let found = try unsafe engine.explain(
                    manifest: bytes,
                    namespace: namespace,
                    known: item.known(in: state),
                    state: state,
                    now: Clocks.wall()
                )
                guard let found, let run = found.run else { return nil }
                return Entry(
                    check: CheckReport.Entry(item: item, verdict: found.verdict, version: .v1),
                    run: run,
                    patch: unsafe PatchSuggestion(for: found.verdict.findings, in: bytes)
                )
            }
        }
        if let entry = try result.get() { entries.append(entry) }
    }

    /// The command that applies the patch of `entry`, fit to print as it is; nil without one, and where a name of a file or
    /// of the object is not.
    func command(of entry: Entry) -> String? {
        guard !entry.patch.operations.isEmpty else { return nil }
        let patch =
            "--type=json --patch \(ShellWord.quoted(String(decoding: VisibleText.json(Array(entry.patch.json.utf8)), as: UTF8.self)))"
        let item = entry.check.item
        // A local patch applies to everything in a file.
        if item.source != "-", objectCounts[ExactString(item.source)] == 1 {
            guard VisibleText.line(item.source) == item.source else { return nil }
            return "kubectl patch --local --filename \(ShellWord.quoted(item.source)) \(patch) --output yaml"
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

/// Words for a POSIX shell.
enum ShellWord {
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./=:,@".utf8.contains(byte)
            }
        }
        if isPlain, !text.isEmpty { return text }
        return "'\(ExactString(text).replacing("'", with: "'\\''"))'"
    }
}
