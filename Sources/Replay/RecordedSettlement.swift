internal import AgentRuns
internal import JSONPull
package import Policy

/// What became of the branches of an admitted run after it was judged, where that changed the verdict.
package struct RecordedSettlement: Sendable {
    /// They changed hands too often for a verdict.
    package var isContended = false
    /// Those that turned out to be other runs'.
    package var taken: [TakenBranch] = []
    /// Why some could not be claimed; nil when all others were.
    package var unclaimed: UnclaimedBranches?

    package init() {}

    /// They changed hands too often for a verdict.
    package static var contended: RecordedSettlement {
        var settlement = RecordedSettlement()
        settlement.isContended = true
        return settlement
    }

    /// Some turned out to be other runs'.
    package static func taken(_ branches: [TakenBranch]) -> RecordedSettlement {
        var settlement = RecordedSettlement()
        settlement.taken = branches
        return settlement
    }

    /// Some could not be claimed.
    package static func unclaimed(_ branches: UnclaimedBranches) -> RecordedSettlement {
        var settlement = RecordedSettlement()
        settlement.unclaimed = branches
        return settlement
    }
}

extension RecordedSettlement {
    /// Writes the members `contended`, `unclaimed`, `surplus` and `taken`, as far as there is something to say.
    func writeMembers(to writer: inout JSONWriter) {
        if isContended {
            writer.key("contended")
            writer.boolean(true)
        }
        switch unclaimed {
        case .failed(let why): writer.member("unclaimed", why)
        case .surplus(let count): writer.member("surplus", count)
        case nil: break
        }
        guard !taken.isEmpty else { return }
        writer.key("taken")
        writer.beginArray()
        for branch in taken { branch.write(to: &writer) }
        writer.endArray()
    }

    /// Reads the value of `taken`: several branches, or one as it was written before there could be several.
    static func readTaken(_ reader: inout JSONReader) throws(JSONError) -> [TakenBranch] {
        guard try reader.peek() == .array else { return [try TakenBranch(&reader)] }
        var taken: [TakenBranch] = []
        try reader.readElements { reader, _ throws(JSONError) in taken.append(try TakenBranch(&reader)) }
        return taken
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
