internal import AgentRuns
internal import JSONPull
internal import OrderedCollections
internal import Policy

extension RecordedState {
    /// Reads what ``write(to:)`` wrote; nil when it is something else, or of a version that knows other questions.
    static func read(
        _ reader: inout JSONReader,
        source: (any ClusterLookup)?
    ) throws(JSONError) -> RecordedState? {
        guard try reader.enterArray() else { return nil }
        var answers: Answers = [:]
        var isUnderstood = true
        var isFirst = true
        while try reader.nextElement(&isFirst) {
            var entry = LookupEntry()
            try entry.read(&reader)
            guard let question = entry.question, let answer = entry.answer else {
                isUnderstood = false
                continue
            }
            if answers[question] == nil { answers[question] = answer }
        }
        return isUnderstood ? RecordedState(answers: answers, source: source) : nil
    }
}

/// The members of one entry, as far as they have been read; `of` comes first, `answer` last.
private struct LookupEntry {
    private var subject: LookupSubject?
    private var texts: [String: ExactString] = [:]
    private var bindings = false
    private(set) var answer: LookupAnswer?

    private var name: ExactString { texts["name"] ?? "" }

    private var branch: BranchKey {
        BranchKey(repository: texts["repository"] ?? "", head: texts["head"] ?? "")
    }

    var question: LookupQuestion? {
        switch subject {
        case .condition: .condition(bindings: bindings)
        case .known: texts["kind"].flatMap { ReferencedKind(rawValue: $0.string) }.map(LookupQuestion.isKnown)
        case .implementationSpec: .implementation(name)
        case .agent: .agent(name)
        case .agentProvider: .agentProvider(name)
        case .versionControlProvider: .versionControlProvider(name)
        case .memory: .memory(name)
        case .defaultMemory: .defaultMemory
        case .secretBindings: .secretBindings
        case .secret: .secret(name)
        case .idempotencyKey:
            .idempotencyKey(
                IdempotencyKey(
                    namespace: texts["namespace"] ?? "",
                    agent: texts["agent"] ?? "",
                    key: texts["key"] ?? ""
                ),
                otherThan: name
            )
        case .runCounts: .runCounts(agent: texts["agent"], repository: texts["repository"], otherThan: name)
        case .branch: .branch(branch, otherThan: name, scope: texts["scope"])
        case .branchPath: .branchPath(branch, otherThan: name, scope: texts["scope"])
        case .jobName: .jobName(of: name)
        case nil: nil
        }
    }

    mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "of": subject = try reader.readString().flatMap(LookupSubject.init)
            case "bindings": bindings = try reader.readBoolean() ?? false
            case "answer": answer = try readAnswer(&reader)
            default:
                let name = key.string
                if let text = try reader.readString() { texts[name] = ExactString(text) }
            }
        }
    }

    private func readAnswer(_ reader: inout JSONReader) throws(JSONError) -> LookupAnswer? {
        let isNull = try reader.peek() == .null
        switch subject {
        case .condition: return try StateCondition(&reader).map(LookupAnswer.condition)
        case .known, .secret: return .flag(try reader.readBoolean() ?? false)
        case .implementationSpec:
            let object = try Implementation(&reader)
            return .implementation(isNull ? nil : object)
        case .agent:
            let object = try Agent(&reader)
            return .agent(isNull ? nil : object)
        case .agentProvider:
            let object = try AgentProvider(&reader)
            return .agentProvider(isNull ? nil : object)
        case .versionControlProvider:
            let object = try VersionControlProvider(&reader)
            return .versionControlProvider(isNull ? nil : object)
        case .memory, .defaultMemory:
            let object = try Memory(&reader)
            return .memory(isNull ? nil : object)
        case .secretBindings: return .secretBindings(try Self.bindings(&reader))
        case .idempotencyKey:
            let holders = try Holders(&reader)
            return .idempotencyKey(
                isNull
                    ? nil : IdempotencyKeyHolders(first: holders.first, isInUse: holders.isInUse, count: holders.count)
            )
        case .runCounts: return .runCounts(try RunCounts(&reader))
        case .branch:
            let holders = try Holders(&reader)
            return .branch(isNull ? nil : BranchHolders(first: holders.first, count: holders.count))
        case .branchPath:
            let holders = try Holders(&reader)
            return .branchPath(
                isNull ? nil : BranchPathHolders(first: holders.first, head: holders.head, count: holders.count)
            )
        case .jobName:
            let holders = try Holders(&reader)
            return .jobName(isNull ? nil : BranchHolders(first: holders.first, count: holders.count))
        case nil:
            try reader.skipValue()
            return nil
        }
    }

    private static func bindings(_ reader: inout JSONReader) throws(JSONError) -> [SecretBinding] {
        var bindings: [SecretBinding] = []
        try reader.readElements { reader, _ throws(JSONError) in bindings.append(try SecretBinding(&reader)) }
        return bindings
    }
}

/// The first of some runs that hold something, and how many they are.
private struct Holders {
    var first = BranchHolder(namespace: "", name: "", phase: "", createdAt: nil)
    var head: ExactString = ""
    var count = 0
    var isInUse = false

    init(_ reader: inout JSONReader) throws(JSONError) {
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "namespace": first.namespace = ExactString(try reader.readString() ?? "")
            case "name": first.name = ExactString(try reader.readString() ?? "")
            case "phase": first.phase = ExactString(try reader.readString() ?? "")
            case "createdAt": first.createdAt = try reader.readString().flatMap { Timestamp(ExactString($0)) }
            case "head": head = ExactString(try reader.readString() ?? "")
            case "job": first.job = try reader.readString().map { ExactString($0) }
            case "count": count = try reader.readNumber().flatMap { Int($0) } ?? 0
            case "inUse": isInUse = try reader.readBoolean() ?? false
            default: try reader.skipValue()
            }
        }
    }
}

extension StateCondition {
    fileprivate init?(_ reader: inout JSONReader) throws(JSONError) {
        var age: Int?
        var (unavailable, incomplete): (String?, String?)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "ageMs": age = try reader.readNumber().flatMap { Int($0) }
            case "unavailable": unavailable = try reader.readString()
            case "incomplete": incomplete = try reader.readString()
            default: try reader.skipValue()
            }
        }
        switch (age, unavailable, incomplete) {
        case (let age?, _, let why?): self = .incomplete(why, ageMilliseconds: age)
        case (let age?, _, nil): self = .available(ageMilliseconds: age)
        case (nil, let why?, _): self = .unavailable(why)
        default: return nil
        }
    }
}

extension RunCounts {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        self.init()
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "agent": agent = try Count(&reader)
            case "repository": repository = try Count(&reader)
            case "namespace": namespace = try Count(&reader)
            case "cluster": cluster = try Count(&reader)
            default: try reader.skipValue()
            }
        }
    }
}

extension RunCounts.Count {
    fileprivate init(_ reader: inout JSONReader) throws(JSONError) {
        self.init()
        guard try reader.enterArray() else { return }
        var numbers: [Int] = []
        var isFirst = true
        while try reader.nextElement(&isFirst) { numbers.append(try reader.readNumber().flatMap { Int($0) } ?? 0) }
        guard numbers.count == 2 else { return }
        self.init(running: numbers[0], queued: numbers[1])
    }
}
