internal import JSONPull

/// One object of a policy file while it is read: hands out its values by key and remembers what was wrong.
///
/// A reader asks for every key it knows, then ``finish()`` reports the ones nobody asked for.
struct PolicyEntry {
    /// A mistake by its offset in the JSON bytes.
    struct Mistake {
        var offset: Int
        var message: String
    }

    private var members: [PolicyMember]
    /// Every key that was asked for, and what it was to be.
    private(set) var options: [PolicyOption] = []
    /// The key of the entry this is a part of; nil for the outermost one and for items of a list.
    private var key: StaticString?
    /// What is wrong so far.
    private(set) var mistakes: [Mistake] = []
    /// Path of the object, for messages.
    let path: String
    /// Offset of the object.
    let offset: Int

    /// - Parameters:
    ///   - node: the object; nil stands for an empty one.
    ///   - path: where it is in the file.
    init(_ node: PolicyNode?, path: String) {
        self.path = path
        offset = node?.offset ?? 0
        members = []
        switch node {
        case nil, .null: break
        case .object(let list, _): members = list
        case let other?: mistakes.append(Mistake(offset: other.offset, message: mismatch(path, "an object", other)))
        }
        reportRepeats()
    }

    private init(members: [PolicyMember], path: String, offset: Int) {
        (self.members, self.path, self.offset) = (members, path, offset)
    }

    /// This entry with the keys of `override` in place of its own.
    func merging(_ override: PolicyEntry) -> PolicyEntry {
        let replaced = Set(override.members.map(\.key))
        let kept = members.filter { !replaced.contains($0.key) }
        return PolicyEntry(members: kept + override.members, path: override.path, offset: override.offset)
    }

    /// The object's members, for keys that are names.
    var names: [(name: ExactString, offset: Int, node: PolicyNode)] {
        members.map { ($0.key, $0.offset, $0.value) }
    }

    /// The value of `key`; null counts as absent.
    mutating func node(_ key: StaticString, _ type: PolicyOption.ValueType = .any) -> PolicyNode? {
        options.append(PolicyOption(key: key, type: type))
        return value(key)
    }

    private func value(_ key: StaticString) -> PolicyNode? {
        let value = members.last { $0.key == ExactString(key.description) }?.value
        if case .null = value { return nil }
        return value
    }

    mutating func string(_ key: StaticString) -> ExactString? {
        node(key, .string).flatMap { string($0, key) }
    }

    private mutating func string(_ node: PolicyNode, _ key: StaticString) -> ExactString? {
        if case .string(let text, _) = node { return text }
        report(node.offset, mismatch(joined(key), "a string", node))
        return nil
    }

    /// A text that is told as it is, trimmed and fit to print, of at most so many characters (Unicode scalars).
    mutating func text(_ key: StaticString, upTo maximum: Int) -> String? {
        guard let node = node(key, .text(maximum)), let text = string(node, key) else { return nil }
        let count = text.characterCount
        if count > maximum {
            report(node.offset, "\(joined(key)): Too long: \(count) characters, must be at most \(maximum)")
        }
        return VisibleText.part(text.trimmed, upTo: maximum)
    }

    mutating func boolean(_ key: StaticString) -> Bool? {
        switch node(key, .boolean) {
        case nil: return nil
        case .boolean(let value, _): return value
        case let other?:
            report(other.offset, mismatch(joined(key), "true or false", other))
            return nil
        }
    }

    /// A whole number within `range`.
    mutating func integer(_ key: StaticString, in range: ClosedRange<Int>) -> Int? {
        node(key, .integer(range)).flatMap { integer($0, at: joined(key), in: range) }
    }

    /// A whole number within `range`, from a value at `path`.
    mutating func integer(_ node: PolicyNode, at path: String, in range: ClosedRange<Int>) -> Int? {
        if case .number(let text, _) = node, let value = Int(text), range.contains(value) { return value }
        let bounds = "from \(range.lowerBound) to \(range.upperBound)"
        report(node.offset, "\(path): Invalid value: must be a whole number \(bounds)")
        return nil
    }

    /// A list of strings.
    mutating func strings(_ key: StaticString) -> [ExactString]? {
        guard let node = node(key, .strings) else { return nil }
        guard case .array(let items, _) = node else {
            report(node.offset, mismatch(joined(key), "a list of strings", node))
            return nil
        }
        return items.enumerated().compactMap { index, item in
            if case .string(let text, _) = item {
                let count = text.string.utf8.count
                if count > SizeLimit.pattern.value {
                    let place = "\(joined(key))[\(index)]"
                    report(
                        item.offset,
                        "\(place): Too long: \(count) bytes, must be at most \(SizeLimit.pattern.value)"
                    )
                }
                return text
            }
            report(item.offset, mismatch("\(joined(key))[\(index)]", "a string", item))
            return nil
        }
    }

    /// A list of strings of which none may be blank: a match that is dropped would restrict nothing.
    mutating func filledStrings(_ key: StaticString) -> [ExactString] {
        let texts = strings(key) ?? []
        guard case .array(let items, _)? = value(key) else { return texts }
        for (index, item) in items.enumerated() {
            guard case .string(let text, _) = item, text.isBlank else { continue }
            report(
                item.offset,
                "\(joined(key))[\(index)]: Invalid value: \(VisibleText.quoted(text)): must not be blank"
            )
        }
        return texts
    }

    /// A list of repository globs; one that can match nothing is a mistake.
    mutating func globs(_ key: StaticString) -> [ExactString] {
        strings(key, problem: ImpossibleGlob.problem) ?? []
    }

    /// A list of strings, of which `problem` says what is wrong with one; nil where nothing is.
    mutating func strings(_ key: StaticString, problem: (ExactString) -> String?) -> [ExactString]? {
        let texts = strings(key)
        guard case .array(let items, _)? = value(key) else { return texts }
        for (index, item) in items.enumerated() {
            guard case .string(let text, _) = item, let problem = problem(text) else { continue }
            report(item.offset, "\(joined(key))[\(index)]: Invalid value: \(VisibleText.quoted(text)): \(problem)")
        }
        return texts
    }

    /// One of the words of `Choice`.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: StaticString,
        of type: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        guard let node = node(key, .choice(type.allCases.map(\.rawValue))) else { return nil }
        return choice(node, at: joined(key), of: type)
    }

    /// One of the words of `Choice`, from a value at `path`.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ node: PolicyNode,
        at path: String,
        of type: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        let words = type.allCases.map(\.rawValue)
        var written: ExactString?
        switch node {
        case .string(let text, _): written = text
        // YAML 1.1 reads an unquoted `Off` as a boolean; here it is the word.
        case .boolean(false, _) where words.contains("Off"): written = "Off"
        default: break
        }
        if let written, let value = Choice(rawValue: written.string) { return value }
        let supported = words.map { "\"\($0)\"" }.joined(separator: ", ")
        let value = written.map { VisibleText.quoted($0) } ?? node.typeName
        let hint = written.flatMap { NearestName.hint(for: $0.string, among: words) } ?? ""
        report(node.offset, "\(path): Unsupported value: \(value): supported values: \(supported)\(hint)")
        return nil
    }

    /// The object at `key`, an empty one if there is none; what was found in it has to be taken over with ``adopt(_:)``.
    mutating func entry(_ key: StaticString) -> PolicyEntry {
        var part = PolicyEntry(node(key, .object([])), path: joined(key))
        part.key = key
        return part
    }

    /// The objects of the list at `key`.
    mutating func entries(_ key: StaticString) -> [PolicyEntry] {
        guard let node = node(key, .list(.any)) else { return [] }
        guard case .array(let items, _) = node else {
            report(node.offset, mismatch(joined(key), "a list", node))
            return []
        }
        let path = joined(key)
        return items.enumerated().map { PolicyEntry($0.element, path: "\(path)[\($0.offset)]") }
    }

    /// Notes a mistake.
    mutating func report(_ offset: Int, _ message: String) {
        mistakes.append(Mistake(offset: offset, message: message))
    }

    /// Takes over what was asked of a part, and what was wrong with it.
    mutating func adopt(_ part: PolicyEntry) {
        mistakes += part.mistakes
        guard let key = part.key, let index = options.firstIndex(where: { $0.hasKey(key) }) else { return }
        if !part.options.isEmpty { options[index].type = .object(part.options) }
    }

    /// Says more of the value at `key` than asking for it did.
    mutating func describe(_ key: StaticString, _ type: PolicyOption.ValueType) {
        guard let index = options.firstIndex(where: { $0.hasKey(key) }) else { return }
        options[index].type = type
    }

    /// Says what the values are of an object whose keys are names.
    mutating func describeNames(_ type: PolicyOption.ValueType, names: [String]? = nil) {
        options = names?.map { PolicyOption(name: $0, type: type) } ?? [PolicyOption(name: nil, type: type)]
    }

    /// Reports keys nobody asked for, with the nearest one somebody did.
    mutating func finish() {
        let names = options.compactMap(\.name)
        let known = Set(names.lazy.map { ExactString($0) })
        for member in members where !known.contains(member.key) {
            let key = VisibleText.quoted(member.key)
            let place = path.isEmpty ? "" : " in \(path)"
            let hint = NearestName.hint(for: member.key.string, among: names) ?? ""
            report(member.offset, "unknown key \(key)\(place)\(hint)")
        }
    }

    /// The path of a member.
    func joined(_ key: StaticString) -> String {
        path.isEmpty ? key.description : "\(path).\(key)"
    }

    private func mismatch(_ path: String, _ expected: String, _ node: PolicyNode) -> String {
        "\(path.isEmpty ? "the policy" : path): Invalid value: must be \(expected), not \(node.typeName)"
    }

    private mutating func reportRepeats() {
        var seen: Set<ExactString> = []
        for member in members where !seen.insert(member.key).inserted {
            report(
                member.offset,
                "\(path.isEmpty ? "the policy" : path): Duplicate value: key \(VisibleText.quoted(member.key))"
            )
        }
    }
}
