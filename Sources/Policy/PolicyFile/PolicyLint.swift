package import AgentRuns
internal import JSONPull

/// Finds in a good policy file what has no effect, or not the one its author meant.
package struct PolicyLint {
    /// What was found, in file order.
    package private(set) var problems: [PolicyFileError.Problem] = []
    /// What has an effect now, and soon will have none.
    package private(set) var warnings: [PolicyFileError.Problem] = []
    /// The exemptions there are.
    package private(set) var exemptions: [WrittenExemption] = []
    private let now: Timestamp
    private var notes: [PolicyEntry.Mistake] = []
    private var foresight: [PolicyEntry.Mistake] = []

    /// Looks through a policy file.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - file: its name, for messages.
    ///   - now: the time expiry is measured by.
    /// - Throws: ``PolicyFileError`` when the file is no good policy.
    package init(_ bytes: [UInt8], file: String, now: Timestamp) throws(PolicyFileError) {
        self.now = now
        let policy = try AdmissionPolicy.load(bytes, file: file)
        let (document, root) = try AdmissionPolicy.tree(bytes, file: file)
        check(root)
        func places(_ found: [PolicyEntry.Mistake]) -> [PolicyFileError.Problem] {
            found.map { document.problem(at: $0.offset, $0.message) }
                .sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        }
        (problems, warnings) = (places(notes), places(foresight))
        let items = root["spec"]?["exemptions"]?.items ?? []
        exemptions = zip(policy.exemptions, items).map { exemption, item in
            let place = document.problem(at: item.offset, "")
            return WrittenExemption(exemption, line: place.line, column: place.column)
        }
    }

    /// ``problems`` of a policy file.
    package static func problems(
        in bytes: [UInt8],
        file: String,
        now: Timestamp
    ) throws(PolicyFileError) -> [PolicyFileError.Problem] {
        try PolicyLint(bytes, file: file, now: now).problems
    }

    private mutating func note(_ offset: Int, _ message: String) {
        notes.append(PolicyEntry.Mistake(offset: offset, message: message))
    }

    private mutating func check(_ root: PolicyNode) {
        guard let spec = root["spec"] else { return }
        if let onUnclaimed = spec["onUnclaimed"], Self.isOffEverywhere("head-branch-conflict", spec) {
            note(
                onUnclaimed.offset,
                "spec.onUnclaimed: head-branch-conflict is Off, so no branch is claimed and this has no effect; remove it"
            )
        }
        let overrides = spec["overrides"]?.items ?? []
        for (name, entry) in spec["rules"]?.members ?? [] {
            // An override that switches the rule on takes over what it does not say itself.
            let isInherited = overrides.contains { $0["rules"]?[name] != nil }
            checkRule(name, entry, "spec.rules.\(name)", isInherited: isInherited)
        }
        for (index, override) in overrides.enumerated() {
            let path = "spec.overrides[\(index)]"
            checkMatch(override["match"], "\(path).match")
            for (name, entry) in override["rules"]?.members ?? [] {
                checkRule(name, entry, "\(path).rules.\(name)")
                checkHidden(name, override, overrides[..<index], "\(path).rules.\(name)", entry.offset)
            }
        }
        var names: [ExactString: Int] = [:]
        for (index, exemption) in (spec["exemptions"]?.items ?? []).enumerated() {
            checkExemption(exemption, spec, "spec.exemptions[\(index)]")
            guard let name = exemption["name"], let text = name.text else { continue }
            if let first = names[text] {
                note(
                    name.offset,
                    "spec.exemptions[\(index)].name: spec.exemptions[\(first)] has the same name, so that nobody can tell which one "
                        + "covers a finding; rename one of them"
                )
            } else {
                names[text] = index
            }
        }
    }

    // MARK: Rules

    private mutating func checkRule(
        _ name: ExactString,
        _ entry: PolicyNode,
        _ path: String,
        isInherited: Bool = false
    ) {
        let isOff =
            entry["action"]?.text == "Off" && (entry["reasons"]?.members ?? []).allSatisfy { $0.1.text == "Off" }
        let others = entry.members.filter { $0.0 != "action" && $0.0 != "reasons" }
        if isOff, !isInherited, let first = others.first {
            note(
                first.1.offset,
                "\(path).\(first.0): the rule is Off, so this has no effect; remove it, or switch the rule on"
            )
        }
        let subject = RuleID(rawValue: name.string)?.descriptor.patterns
        let isCaseSensitive = subject?.isCaseSensitive ?? true
        let deny = patterns(entry["deny"] ?? entry["blocked"], isCaseSensitive)
        let denyKey = entry["deny"] == nil ? "blocked" : "deny"
        checkList(deny, "\(path).\(denyKey)", matchedWith: subject)
        let allow = patterns(entry["allow"], isCaseSensitive)
        checkList(allow, "\(path).allow", matchedWith: subject)
        for (index, pattern) in allow.enumerated() {
            guard let glob = pattern.glob,
                let denied = deny.first(where: { $0.glob?.matches(glob.folded) == true })?.glob
            else { continue }
            note(
                pattern.offset,
                "\(path).allow[\(index)]: \(VisibleText.quoted(glob.pattern)) is refused all the same by the \(denyKey) "
                    + "pattern \(VisibleText.quoted(denied.pattern)); remove one of them"
            )
        }
    }

    // MARK: Globs

    private struct Pattern {
        var glob: Glob?
        var offset: Int
    }

    private func patterns(_ list: PolicyNode?, _ isCaseSensitive: Bool) -> [Pattern] {
        (list?.items ?? []).map { item in
            Pattern(glob: item.text.flatMap { Glob($0, isCaseSensitive: isCaseSensitive) }, offset: item.offset)
        }
    }

    private mutating func checkList(_ patterns: [Pattern], _ path: String, matchedWith subject: PatternSubject?) {
        for (index, pattern) in patterns.enumerated() {
            let place = "\(path)[\(index)]"
            guard let glob = pattern.glob else {
                note(pattern.offset, "\(place): a blank pattern is dropped; remove it")
                continue
            }
            if let name = subject?.nameNobodyCanHave(glob.pattern) {
                note(pattern.offset, "\(place): no \(name) can match \(VisibleText.quoted(glob.pattern)); correct it")
            }
            // Of two equal ones the second is said to be idle; else the narrower one.
            let covering = patterns.indices.first { other in
                other != index && patterns[other].glob?.matches(glob.folded) == true
                    && (other < index || glob.folded != patterns[other].glob?.folded)
            }
            if let covering, let wider = patterns[covering].glob {
                note(
                    pattern.offset,
                    "\(place): \(VisibleText.quoted(glob.pattern)) matches nothing that \(VisibleText.quoted(wider.pattern)) "
                        + "does not match; remove it"
                )
            }
        }
    }

    /// Whether nothing can match; says so.
    @discardableResult
    private mutating func checkMatch(_ match: PolicyNode?, _ path: String) -> Bool {
        var canMatch = true
        for (key, list) in match?.members ?? [] where key == "namespaces" || key == "names" {
            let items = list.items
            for (index, item) in items.enumerated() {
                guard let text = item.text, !PatternSubject.canBeName(text.trimmed) else { continue }
                let what = key == "names" ? "name" : "namespace"
                note(
                    item.offset,
                    "\(path).\(key)[\(index)]: no \(what) can match \(VisibleText.quoted(text)); correct it"
                )
            }
            if !items.isEmpty, items.allSatisfy({ $0.text.map { !PatternSubject.canBeName($0.trimmed) } ?? false }) {
                canMatch = false
            }
        }
        return canMatch
    }

    // MARK: Overrides and exemptions

    /// Says when an override before this one, which names the rule too, matches all that this one matches.
    private mutating func checkHidden(
        _ rule: ExactString,
        _ override: PolicyNode,
        _ earlier: ArraySlice<PolicyNode>,
        _ path: String,
        _ offset: Int
    ) {
        let hiding = earlier.firstIndex { other in
            other["rules"]?[rule] != nil && Self.covers(other["match"], override["match"])
        }
        guard let hiding else { return }
        note(
            offset,
            "\(path): spec.overrides[\(hiding)] names the rule and matches all that this one matches, so this one never counts; "
                + "put the narrower one first"
        )
    }

    /// Whether `wide` matches all that `narrow` matches.
    private static func covers(_ wide: PolicyNode?, _ narrow: PolicyNode?) -> Bool {
        for key in ["namespaces", "names", "users", "groups"] as [ExactString] {
            let globs = (wide?[key]?.items ?? []).compactMap { $0.text.flatMap { Glob($0) } }
            if globs.isEmpty { continue }
            let patterns = (narrow?[key]?.items ?? []).compactMap(\.text)
            if patterns.isEmpty { return false }
            guard patterns.allSatisfy({ pattern in globs.contains { $0.matches(pattern.trimmed) } }) else {
                return false
            }
        }
        return true
    }

    private mutating func checkExemption(_ exemption: PolicyNode, _ spec: PolicyNode, _ path: String) {
        checkMatch(exemption["match"], "\(path).match")
        checkExpiry(exemption, path)
        for (index, item) in (exemption["rules"]?.items ?? []).enumerated() {
            guard let rule = item.text, Self.isOffEverywhere(rule, spec) else { continue }
            note(item.offset, "\(path).rules[\(index)]: \(rule) is Off, so there is nothing to exempt; remove it")
        }
    }

    /// Days before the end of an exemption in which it is told of: time to mend what it is for.
    private static let noticeDays: Int64 = 30

    private mutating func checkExpiry(_ exemption: PolicyNode, _ path: String) {
        guard let expires = exemption["expires"], let time = expires.text.flatMap({ Timestamp($0) }) else { return }
        let days = (time.seconds - now.seconds) / 86_400
        if now >= time {
            note(expires.offset, "\(path).expires: the exemption has expired; remove it, or give it a new date")
        } else if days < Self.noticeDays || (days == Self.noticeDays && (time.seconds - now.seconds) % 86_400 == 0) {
            let left = days == 0 ? "less than a day" : days == 1 ? "1 day" : "\(days) days"
            foresight.append(
                PolicyEntry.Mistake(
                    offset: expires.offset,
                    message:
                        "\(path).expires: the exemption expires in \(left); mend what it is for, or give it a new date"
                )
            )
        }
    }

    private static func isOffEverywhere(_ rule: ExactString, _ spec: PolicyNode) -> Bool {
        guard spec["rules"]?[rule]?["action"]?.text == "Off", spec["rules"]?[rule]?["reasons"] == nil else {
            return false
        }
        let overrides = (spec["overrides"]?.items ?? []).compactMap { $0["rules"]?[rule] }
        return overrides.allSatisfy { $0["action"] == nil || $0["action"]?.text == "Off" }
    }
}

extension PolicyNode {
    /// The members of an object, none for anything else.
    fileprivate var members: [(ExactString, PolicyNode)] {
        if case .object(let members, _) = self { members.map { ($0.key, $0.value) } } else { [] }
    }

    /// The items of a list, none for anything else.
    fileprivate var items: [PolicyNode] { if case .array(let items, _) = self { items } else { [] } }

    /// A string, and `Off` as YAML reads it.
    fileprivate var text: ExactString? {
        switch self {
        case .string(let text, _): text
        case .boolean(false, _): "Off"
        default: nil
        }
    }

    fileprivate subscript(key: ExactString) -> PolicyNode? { members.last { $0.0 == key }?.1 }
}
