package import JSONPull

/// The controller's metadata map: parameters under their own names, under the names aliases and the contract map them
/// to, and what the implementation's source adds (`controller-semantics.md` section 7).
///
/// A class because every rule asks it: handing it on costs one retain instead of six.
// Unchecked: nothing is set after the initialiser has returned.
package final class RunMetadata: @unchecked Sendable {
    /// Where a value was written.
    package enum Origin: Sendable {
        /// `spec.parameters.KEY`.
        case run(ExactString)
        /// `spec.workflow.steps[i].parameters.KEY`.
        case step(ExactString)
        /// The implementation's `source`, member as given.
        case source(StaticString)
    }

    /// One value of the map.
    package struct Value: Sendable {
        /// Trimmed, not blank.
        package var text: ExactString
        package var origin: Origin
        /// Whether a contract mapping put it here.
        package var isMapped: Bool
    }

    /// One filled key, pointing at its text so that filling an alias copies no string.
    private struct Entry: Sendable {
        /// Nil when only ``key`` says what it is.
        var name: ParameterName?
        /// Where the text is: in the run's parameters, behind them the step's, and behind those ``additions``.
        var text: Int
        var isMapped: Bool
    }

    /// A value that is in no parameter, or a key that the controller does not know.
    private struct Addition: Sendable {
        var text: ExactString
        var origin: Origin
    }

    private var entries: [Entry] = []
    /// The known names that ``entries`` fills, a bit each.
    private var filled: UInt32 = 0
    private var additions: [Addition] = []
    /// Keys of entries the controller does not know that no parameter carries: targets of mappings.
    private var mappedKeys: [(entry: Int, key: ExactString)] = []
    private let ofRun: [Parameters.Entry]
    private let ofStep: [Parameters.Entry]
    /// Places of the parameters in effect; empty when they are the run's.
    private var places: [Int] = []
    /// What more is derived from, when it is asked for.
    let implementation: Implementation?
    let generation: Generation
    /// Whether there is an implementation of which nothing is known.
    let isImplementationUnknown: Bool

    init(
        run: Parameters,
        step: WorkflowStep?,
        implementation: Implementation?,
        isImplementationUnknown: Bool,
        generation: Generation
    ) {
        (self.implementation, self.generation) = (implementation, generation)
        self.isImplementationUnknown = isImplementationUnknown
        ofRun = run.entries
        ofStep = step?.parameters.entries ?? []
        if !ofStep.isEmpty { overlay() }
        entries.reserveCapacity(parameterCount + 4)
        addParameters(generation)
        for alias in Self.aliases where isFilled(alias.from) && !isFilled(alias.to) {
            if alias.generation == nil || alias.generation == generation { fill(alias.to, from: alias.from) }
        }
        if let implementation { add(implementation) }
        if isFilled(.issueUrl), !isFilled(.url) { fill(.url, from: .issueUrl) }
    }

    /// The value of a key the controller knows, nil when nothing fills it.
    package subscript(name: ParameterName) -> Value? {
        place(of: name).map { value(entries[$0]) }
    }

    /// Whether anything fills a key the controller knows.
    package func has(_ name: ParameterName) -> Bool { isFilled(name) }

    /// What fills a key the controller knows, without where that was written.
    package func text(_ name: ParameterName) -> ExactString? {
        place(of: name).map { text(entries[$0]) }
    }

    /// What is known of a text that is not kept itself; nil when it is.
    func redactedText(_ name: ParameterName) -> RedactedText? {
        guard let index = place(of: name) else { return nil }
        let place = entries[index].text
        if place < ofRun.count { return ofRun[place].value.redacted }
        return place < parameterCount ? ofStep[place - ofRun.count].value.redacted : nil
    }

    /// Whether the key has the same value from the same parameter of the run in both, which are of one run.
    package func sharesParameter(_ name: ParameterName, with other: RunMetadata) -> Bool {
        guard let own = place(of: name), let place = other.place(of: name) else { return false }
        return entries[own].text < ofRun.count && entries[own].text == other.entries[place].text
            && entries[own].isMapped == other.entries[place].isMapped
    }

    private func place(of name: ParameterName) -> Int? {
        guard isFilled(name) else { return nil }
        for index in entries.indices where entries[index].name == name { return index }
        return nil
    }

    /// Up to this many keys, looking for each costs less than hashing all there are.
    private static let fewKeys = 16

    /// Those of `keys`, known names or not, that have no value.
    package func missing(_ keys: [ExactString]) -> [ExactString] {
        let all = keys.count > Self.fewKeys ? Set(given.map(\.key)) : nil
        return keys.filter { key in
            if let name = ParameterName(key) { return !isFilled(name) && !derives(name) }
            return all.map { !$0.contains(key) } ?? (entry(key) == nil)
        }
    }

    private func entry(_ key: ExactString) -> Entry? {
        if let name = ParameterName(key) { return entries.first { $0.name == name } }
        if let mapped = mappedKeys.first(where: { $0.key == key }) { return entries[mapped.entry] }
        return entries.first { $0.name == nil && $0.text < parameterCount && self.key(at: $0.text) == key }
    }

    private func value(_ entry: Entry) -> Value {
        guard entry.text < parameterCount else {
            let addition = additions[entry.text - parameterCount]
            return Value(text: addition.text, origin: addition.origin, isMapped: entry.isMapped)
        }
        let key = key(at: entry.text)
        let origin: Origin = entry.text < ofRun.count ? .run(key) : .step(key)
        return Value(text: text(entry), origin: origin, isMapped: entry.isMapped)
    }

    private func text(_ entry: Entry) -> ExactString {
        if entry.text < ofRun.count { return ofRun[entry.text].text ?? "" }
        if entry.text < parameterCount { return ofStep[entry.text - ofRun.count].text ?? "" }
        return additions[entry.text - parameterCount].text
    }

    // MARK: Parameters

    /// Parameters in effect, as written.
    package var parameters: [Parameters.Entry] {
        places.isEmpty ? ofRun : places.map { $0 < ofRun.count ? ofRun[$0] : ofStep[$0 - ofRun.count] }
    }

    private var parameterCount: Int { ofRun.count + ofStep.count }

    private func key(at place: Int) -> ExactString {
        place < ofRun.count ? ofRun[place].key : ofStep[place - ofRun.count].key
    }

    /// String parameters in effect, as written.
    var texts: [(key: ExactString, value: ExactString)] {
        parameters.compactMap { entry in
            switch entry.value {
            case .string(let value): (entry.key, value)
            case .other: entry.text.map { (entry.key, $0) }
            }
        }
    }

    /// Keys and values in the order they were filled, but for what is derived from the implementation's texts.
    var given: [(key: ExactString, value: ExactString)] {
        entries.indices.map { index in
            let entry = entries[index]
            let mapped = mappedKeys.first { $0.entry == index }?.key
            let key = mapped ?? entry.name?.key ?? self.key(at: entry.text)
            return (key: key, value: text(entry))
        }
    }

    private func isFilled(_ name: ParameterName) -> Bool { filled & (1 << UInt32(name.rawValue)) != 0 }

    // MARK: Filling

    /// Lays the step's string parameters over the run's, key by key.
    private func overlay() {
        places.reserveCapacity(parameterCount)
        places.append(contentsOf: ofRun.indices)
        for index in ofStep.indices where ofStep[index].isString {
            if let replaced = placeOfRun(forStep: index) {
                places[replaced] = ofRun.count + index
            } else {
                places.append(ofRun.count + index)
            }
        }
    }

    /// Where the run has a parameter of the same key as the step's at `index`.
    private func placeOfRun(forStep index: Int) -> Int? {
        if let name = ofStep[index].name {
            for place in ofRun.indices where ofRun[place].name == name { return place }
            return nil
        }
        let key = ofStep[index].key
        for place in ofRun.indices where ofRun[place].name == nil && ofRun[place].key == key { return place }
        return nil
    }

    private func addParameters(_ generation: Generation) {
        if places.isEmpty {
            for place in ofRun.indices { add(ofRun, place, at: place, generation) }
        } else {
            for place in places {
                if place < ofRun.count {
                    add(ofRun, place, at: place, generation)
                } else {
                    add(ofStep, place - ofRun.count, at: place, generation)
                }
            }
        }
    }

    /// Adds the parameter at `index`, read field by field: handed on whole it would be copied.
    @inline(__always)
    private func add(_ parameters: [Parameters.Entry], _ index: Int, at place: Int, _ generation: Generation) {
        guard parameters[index].hasText else { return }
        if generation == .august2026, parameters[index].isPromptInAnyCase { return }
        append(Entry(name: parameters[index].name, text: place, isMapped: false))
    }

    private func append(_ entry: Entry) {
        if let name = entry.name { filled |= 1 << UInt32(name.rawValue) }
        entries.append(entry)
    }

    /// Gives `target`, which has none, the value of `source`, which has one.
    private func fill(_ target: ParameterName, from source: ParameterName) {
        guard var entry = entries.first(where: { $0.name == source }) else { return }
        entry.name = target
        append(entry)
    }

    private func set(_ name: ParameterName, _ text: ExactString?, _ origin: Origin) {
        guard let text, !isFilled(name) else { return }
        append(Entry(name: name, text: parameterCount + additions.count, isMapped: false))
        additions.append(Addition(text: text, origin: origin))
    }

    private func add(_ implementation: Implementation) {
        for mapping in implementation.contract.mappings { map(mapping) }
        let source = implementation.source
        if source.provider == "github", let externalId = source.externalId { addGitHub(externalId) }
        set(.issueUrl, source.url, .source(".source.url"))
    }

    /// Gives the mapping's target the value of its source unless it has one.
    private func map(_ mapping: Contract.Mapping) {
        guard var source = entry(mapping.from), entry(mapping.to) == nil else { return }
        source.name = ParameterName(mapping.to)
        source.isMapped = true
        if source.name == nil { mappedKeys.append((entries.count, mapping.to)) }
        append(source)
    }

    /// `owner/repo#77`: the first two pieces, neither empty; a blank one gives nothing.
    private func addGitHub(_ externalId: ExactString) {
        guard let (repository, rest) = externalId.cut(atFirst: "#") else { return }
        let number = rest.cut(atFirst: "#")?.before ?? rest
        guard !repository.isEmpty, !number.isEmpty else { return }
        set(.repository, repository.nonBlank, .source(".source.externalId"))
        set(.issueNumber, number.nonBlank, .source(".source.externalId"))
    }

    // MARK: Aliases

    private struct Alias: Sendable {
        var from: ParameterName
        var to: ParameterName
        /// The only generation that knows it, nil for both.
        var generation: Generation?

        init(_ from: ParameterName, _ to: ParameterName, _ generation: Generation? = nil) {
            (self.from, self.to, self.generation) = (from, to, generation)
        }
    }

    /// In order: an earlier alias wins over a later one of the same target.
    private static let aliases: [Alias] = [
        Alias(.repo, .repository), Alias(.issueRepository, .repository),
        Alias(.issue, .issueNumber), Alias(.issueId, .issueNumber), Alias(.issueIdSnakeCase, .issueNumber),
        Alias(.issueNumberSnakeCase, .issueNumber),
        Alias(.title, .issueTitle), Alias(.body, .issueBody),
        Alias(.url, .issueUrl),
        Alias(.baseBranch, .base), Alias(.baseRefSnakeCase, .base), Alias(.baseRef, .base),
        Alias(.headBranch, .head), Alias(.headRefSnakeCase, .head), Alias(.headRef, .head),
        Alias(.workflowStage, .stage, .february2026), Alias(.codexStage, .stage),
    ]
}
