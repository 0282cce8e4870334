internal import AgentRuns
internal import JSONPull

/// What became of the branches of an admitted run after it was judged, where that changed the verdict.
package enum RecordedSettlement: Sendable {
    /// They changed hands too often for a verdict.
    case contended
    /// They could not be claimed; why.
    case unclaimed(String)
    /// One of them turned out to be another run's.
    case taken(TakenBranch)
}

extension RecordedSettlement {
    /// The branch that is another run's.
    var taken: TakenBranch? { if case .taken(let branch) = self { branch } else { nil } }

    /// Writes one member: `contended`, `unclaimed` or `taken`.
    func writeMember(to writer: inout JSONWriter) {
        switch self {
        case .contended:
            writer.key("contended")
            writer.boolean(true)
        case .unclaimed(let why): writer.member("unclaimed", why)
        case .taken(let branch):
            writer.key("taken")
            branch.write(to: &writer)
        }
    }
}

extension TakenBranch {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("repository", branch.repository.string)
        writer.member("head", branch.head.string)
        writer.member("namespace", namespace.string)
        writer.member("name", name.string)
        if let run {
            writer.member("phase", run.phase.string)
            if let createdAt = run.createdAt { writer.member("createdAt", createdAt.text) }
        }
        writer.member("claimedAt", claimedAt.text)
        if let waitSeconds { writer.member("waitSeconds", waitSeconds) }
        writer.endObject()
    }

    /// Reads what was written as `taken`.
    init(_ reader: inout JSONReader) throws(JSONError) {
        var texts: [String: ExactString] = [:]
        var waitSeconds: Int?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "waitSeconds": waitSeconds = try reader.readNumber().flatMap { Int($0) }
            default:
                let name = key.string
                if let text = try reader.readString() { texts[name] = ExactString(text) }
            }
        }
        self.init(
            branch: BranchKey(repository: texts["repository"] ?? "", head: texts["head"] ?? ""),
            namespace: texts["namespace"] ?? "",
            name: texts["name"] ?? "",
            run: texts["phase"].map { ($0, texts["createdAt"].flatMap { Timestamp($0) }) },
            claimedAt: texts["claimedAt"].flatMap { Timestamp($0) } ?? Timestamp(seconds: 0),
            waitSeconds: waitSeconds
        )
    }
}
