internal import ClusterState
internal import JSONPull
internal import ManifestEdits
internal import Policy
internal import Reports

/// What is mechanical of putting a file's findings right, as one change of its text.
///
/// A text is changed only if reading it again gives what the patches make of its objects, and the same for all else.
struct FileFixes {
    /// An object of the file, and what was said of it.
    struct Judged {
        let item: CheckItem
        let entry: JudgedObject
        /// Which of the file's objects it is.
        let index: Int
    }

    let source: String
    let text: [UInt8]
    private(set) var newText: [UInt8]
    private(set) var edits: [TextEdit] = []
    /// Keys that the patches name.
    private(set) var toldKeys: Set<ExactString> = []
    /// Findings that the change puts right.
    private(set) var count = 0
    private(set) var leftAlone: [FileProblem] = []

    /// The object as it was judged must be what the text has now.
    init(of source: String, text: [UInt8], _ judged: [Judged]) {
        (self.source, self.text, newText) = (source, text, text)
        guard let manifest = ManifestText(text) else {
            leave(judged, "it is UTF-16, or has byte order marks between its documents: save it as UTF-8")
            return
        }
        let objects = ReadObjects(text, file: source)
        let isSame = judged.allSatisfy { one in
            guard one.index < objects.json.count else { return false }
            return unsafe one.item.withJSON { unsafe objects.json[one.index].elementsEqual($0) }
        }
        guard isSame else {
            leave(judged, "the file has changed since it was read: try again")
            return
        }
        var plans = judged.compactMap { plan($0, manifest) }
        // The second time without the objects of which the text would say something else.
        for _ in 0..<2 {
            let edits = plans.flatMap(\.edits).sorted { $0.range.lowerBound < $1.range.lowerBound }
            if edits.isEmpty { return }
            let isApart = zip(edits, edits.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound }
            let changed = isApart ? TextEdit.applying(edits, to: text) : text
            let wrong = isApart ? ReadObjects(changed, file: source).differences(from: objects, plans) : nil
            if let wrong, wrong.isEmpty {
                for operation in plans.flatMap(\.patch.operations) {
                    toldKeys.formUnion(operation.paths.compactMap { JSONPointer($0).tokens.last })
                }
                (newText, self.edits, count) = (changed, edits, plans.reduce(0) { $0 + $1.findings.count })
                return
            }
            let dropped = wrong ?? Set(plans.map(\.judged.index))
            let isOurs = dropped.isSubset(of: plans.map(\.judged.index))
            for plan in plans where !isOurs || dropped.contains(plan.judged.index) { leave(plan.findings, Self.other) }
            plans.removeAll { !isOurs || dropped.contains($0.judged.index) }
        }
        for plan in plans { leave(plan.findings, Self.other) }
    }

    /// Findings of files that are not changed at all.
    init(leaving source: String, _ judged: [Judged], _ reason: String) {
        (self.source, text, newText) = (source, [], [])
        leave(judged, reason)
    }

    private static let other =
        "the file would then say something else, as an anchor, an alias or a line belongs to more than this"

    /// What is to be done to one object.
    struct Plan {
        let judged: Judged
        let findings: [ToldFinding]
        let patch: JSONPatch
        let edits: [TextEdit]
    }

    private mutating func plan(_ judged: Judged, _ manifest: ManifestText) -> Plan? {
        var findings: [ToldFinding] = []
        var patch = JSONPatch()
        for finding in judged.entry.ruleFindings where !finding.patch.isEmpty {
            switch manifest.edits(for: finding.patch, at: judged.item.start) {
            case .success:
                findings.append(finding)
                for operation in finding.patch.operations { patch.add(operation) }
            case .failure(let refusal): leave([finding], refusal.reason)
            }
        }
        if findings.isEmpty { return nil }
        switch manifest.edits(for: patch, at: judged.item.start) {
        case .success(let edits): return Plan(judged: judged, findings: findings, patch: patch, edits: edits)
        case .failure(let refusal):
            leave(findings, refusal.reason)
            return nil
        }
    }

    private mutating func leave(_ judged: [Judged], _ reason: String) {
        for one in judged { leave(one.entry.ruleFindings.filter { !$0.patch.isEmpty }, reason) }
    }

    private mutating func leave(_ findings: [ToldFinding], _ reason: String) {
        for finding in findings {
            let place = finding.field.utf8.isEmpty ? "" : " \(finding.field)"
            leftAlone.append(
                FileProblem(
                    .warning,
                    file: source,
                    position: finding.position,
                    message: "left alone [\(finding.reason)]\(place): \(reason)"
                )
            )
        }
    }
}

/// The objects of a text, and how much of it is none.
private struct ReadObjects {
    private(set) var json: [[UInt8]] = []
    private var others = 0

    init(_ text: [UInt8], file: String) {
        var json: [[UInt8]] = []
        var others = 0
        ManifestReader.objects(in: text, file: file) { item in
            switch item {
            // A copy: the object is lent.
            case .object(let object): json.append(unsafe Array(object.json))
            case .problem, .refused, .noObject: others += 1
            }
        }
        (self.json, self.others) = (json, others)
    }

    /// The objects that are not what `plans` make of the earlier ones; nil when they cannot be compared.
    func differences(from earlier: ReadObjects, _ plans: [FileFixes.Plan]) -> Set<Int>? {
        guard json.count == earlier.json.count, others == earlier.others else { return nil }
        let patches = Dictionary(plans.map { ($0.judged.index, $0.patch) }) { first, _ in first }
        var different: Set<Int> = []
        for index in json.indices {
            let expected = patches[index].map { $0.applied(to: earlier.json[index]) } ?? earlier.json[index]
            guard let expected, Self.areEqual(json[index], expected) else {
                different.insert(index)
                continue
            }
        }
        return different
    }

    private static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        if one == other { return true }
        // The bytes are lent for the comparison.
        return unsafe one.withUnsafeBytes { one in
            unsafe other.withUnsafeBytes { other in (try? unsafe JSONEquality.areEqual(one, other)) ?? false }
        }
    }
}
