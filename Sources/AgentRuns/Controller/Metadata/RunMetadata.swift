package import JSONPull
internal import OrderedCollections

/// The controller's metadata map: parameters under their own names, under the names aliases and the contract map them
/// to, and what the implementation's source adds (`controller-semantics.md` section 7).
///
/// Only keys the controller knows are filled; any other is looked up in the parameters, which all units of a run share: a map
/// of its own for each of many steps would weigh steps times parameters. A class because units with the same parameters share one.
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

    /// A parameter of the run that gives a value, and whether a contract mapping put it there: units that have the same have
    /// the same value from the same field.
    package struct RunParameter: Hashable, Sendable {
        fileprivate var place: Int
        fileprivate var isMapped: Bool
    }

    /// One filled key that the controller knows, pointing at its text so that filling an alias copies no string.
    private struct Entry: Sendable {
        var name: ParameterName
        /// Where the text is: in the run's parameters, behind them the step's, and behind those ``additions``.
        var text: Int
        var isMapped: Bool
    }

    /// A value that is in no parameter.
    private struct Addition: Sendable {
        var text: ExactString
        var origin: Origin
    }

    /// A key the controller does not know that a contract mapping fills.
    private struct Mapped: Sendable {
        var text: Int
        /// How many of ``entries`` were filled before.
        var position: Int
    }

    private var entries: [Entry] = []
    /// How many of ``entries``, the first ones, are parameters under their own names.
    private var ownCount = 0
    /// The known names that ``entries`` fills, a bit each.
    private var filled: UInt32 = 0
    private var additions: [Addition] = []
    private var mapped: OrderedDictionary<ExactString, Mapped> = [:]
    private let ofRun: Parameters
    private let ofStep: Parameters
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
        ofRun = run
        ofStep = step?.parameters ?? Parameters()
        entries.reserveCapacity(min(parameterCount, Self.knownCount) + 4)
        addParameters()
        ownCount = entries.count
        for alias in Self.aliases where isFilled(alias.from) && !isFilled(alias.to) {
            if alias.from != .workflowStage || generation.knowsWorkflowStage { fill(alias.to, from: alias.from) }
        }
        if let implementation { add(implementation) }
        if isFilled(.issueUrl), !isFilled(.url) { fill(.url, from: .issueUrl) }
    }

    /// How many names the controller knows.
    private static let knownCount = Int(ParameterName.codexStage.rawValue) + 1

    /// The value of a key the controller knows, nil when nothing fills it.
    package subscript(name: ParameterName) -> Value? {
        place(of: name).map { value(entries[$0]) }
    }

    /// Whether anything fills a key the controller knows.
    package func has(_ name: ParameterName) -> Bool { isFilled(name) }

    /// What fills a key the controller knows, without where that was written.
    package func text(_ name: ParameterName) -> ExactString? {
        place(of: name).map { text(at: entries[$0].text) }
    }

    /// Whether there is a `$` in what fills a key the controller knows: where there is none there is no `${name}`.
    package func hasDollar(in name: ParameterName) -> Bool {
        guard let index = place(of: name) else { return false }
        let place = entries[index].text
        if place < ofRun.entries.count { return ofRun.entries[place].value.hasDollar }
        let own = place - ofRun.entries.count
        return own < ofStep.entries.count
            ? ofStep.entries[own].value.hasDollar : additions[own - ofStep.entries.count].text.has(UInt8(ascii: "$"))
    }

    /// What is known of a text that is not known itself; nil when it is.
    func measuredText(_ name: ParameterName) -> MeasuredText? {
        guard let index = place(of: name) else { return nil }
        let place = entries[index].text
        return place < parameterCount ? parameter(at: place).value.measured : nil
    }

    /// The run's parameter that gives the key its value; nil when the step, the implementation or nobody does.
    package func runParameter(_ name: ParameterName) -> RunParameter? {
        guard let index = place(of: name), entries[index].text < ofRun.entries.count else { return nil }
        return RunParameter(place: entries[index].text, isMapped: entries[index].isMapped)
    }

    private func place(of name: ParameterName) -> Int? {
        guard isFilled(name) else { return nil }
        for index in entries.indices where entries[index].name == name { return index }
        return nil
    }

    /// Those of `keys`, known names or not, that have no value.
    package func missing(_ keys: [ExactString]) -> [ExactString] {
        keys.filter { key in
            if let name = ParameterName(key) { return !isFilled(name) && !derives(name) }
            return source(ofOther: key) == nil
        }
    }

    private func value(_ entry: Entry) -> Value {
        guard entry.text < parameterCount else {
            let addition = additions[entry.text - parameterCount]
            return Value(text: addition.text, origin: addition.origin, isMapped: entry.isMapped)
        }
        let own = entry.text - ofRun.entries.count
        let origin: Origin = own < 0 ? .run(ofRun.entries[entry.text].key) : .step(ofStep.entries[own].key)
        return Value(text: text(at: entry.text), origin: origin, isMapped: entry.isMapped)
    }

    /// Reads the text alone: an entry handed on whole would be copied.
    private func text(at place: Int) -> ExactString {
        if place < ofRun.entries.count { return ofRun.entries[place].text ?? "" }
        let own = place - ofRun.entries.count
        return own < ofStep.entries.count ? ofStep.entries[own].text ?? "" : additions[own - ofStep.entries.count].text
    }

    // MARK: Parameters

    private var parameterCount: Int { ofRun.entries.count + ofStep.entries.count }

    private func parameter(at place: Int) -> Parameters.Entry {
        place < ofRun.entries.count ? ofRun.entries[place] : ofStep.entries[place - ofRun.entries.count]
    }

    /// Whether there is a parameter of this key in effect: the run's, or a string of the step's.
    package func hasParameter(_ key: ExactString) -> Bool { place(ofParameter: key) != nil }

    /// Where the parameter of this key is that is in effect.
    private func place(ofParameter key: ExactString) -> Int? {
        if let own = ofStep.place(of: key), ofStep.entries[own].isString { return ofRun.entries.count + own }
        return ofRun.place(of: key)
    }

    /// The string parameter in effect of this key, as written.
    func parameterText(_ key: ExactString) -> ExactString? {
        place(ofParameter: key).flatMap { parameter(at: $0).writtenText }
    }

    /// Calls `body` with keys and values of the string parameters in effect, as written, until it returns false.
    func forEachParameter(_ body: (ExactString, ExactString) -> Bool) {
        _ = visitParameters { entry in entry.writtenText.map { body(entry.key, $0) } ?? true }
    }

    /// The run's in order, those of the step in their places, then the step's others; false when `body` ended it.
    private func visitParameters(_ body: (Parameters.Entry) -> Bool) -> Bool {
        for entry in ofRun.entries {
            let own = ofStep.place(of: entry.key).map { ofStep.entries[$0] }
            guard body(own?.isString == true ? own ?? entry : entry) else { return false }
        }
        for entry in ofStep.entries where entry.isString && ofRun.place(of: entry.key) == nil {
            guard body(entry) else { return false }
        }
        return true
    }

    // MARK: The whole map

    /// The value of any key, but for what is derived from the implementation's texts.
    func given(_ key: ExactString) -> ExactString? {
        if let name = ParameterName(key) { return text(name) }
        return source(ofOther: key).map { text(at: $0) }
    }

    /// Calls `body` with keys and values in the order they were filled, but for what is derived from the implementation's
    /// texts, until it returns false.
    func forEachGiven(_ body: (ExactString, ExactString) -> Bool) {
        let isWhole = visitParameters { entry in
            guard fills(entry), let text = entry.text else { return true }
            return body(entry.key, text)
        }
        guard isWhole else { return }
        var mappedIndex = 0
        for index in ownCount...entries.count {
            while mappedIndex < mapped.count, mapped.values[mappedIndex].position <= index {
                let place = mapped.values[mappedIndex].text
                guard body(mapped.keys[mappedIndex], text(at: place)) else { return }
                mappedIndex += 1
            }
            guard index < entries.count else { return }
            guard body(entries[index].name.key, text(at: entries[index].text)) else { return }
        }
    }

    private func isFilled(_ name: ParameterName) -> Bool { filled & (1 << UInt32(name.rawValue)) != 0 }

    /// Whether a parameter in effect has a value in the map.
    private func fills(_ entry: Parameters.Entry) -> Bool {
        entry.hasText && !(generation.forbidsPromptParameter && entry.isPromptInAnyCase)
    }

    /// Where the text is of a key that the controller does not know.
    private func source(ofOther key: ExactString) -> Int? {
        if let mapped = mapped[key] { return mapped.text }
        return place(ofParameter: key).flatMap { fills(parameter(at: $0)) ? $0 : nil }
    }

    // MARK: Filling

    /// Lays the step's string parameters over the run's, as far as the controller knows their keys.
    private func addParameters() {
        let hasOwn = !ofStep.entries.isEmpty
        ofRun.forEachKnown { place in
            if hasOwn, let name = ofRun.entries[place].name, let own = ofStep.place(of: name),
                ofStep.entries[own].isString
            {
                add(ofStep, own, at: ofRun.entries.count + own)
            } else {
                add(ofRun, place, at: place)
            }
        }
        guard hasOwn else { return }
        ofStep.forEachKnown { place in
            guard ofStep.entries[place].isString, let name = ofStep.entries[place].name, ofRun.place(of: name) == nil
            else { return }
            add(ofStep, place, at: ofRun.entries.count + place)
        }
    }

    /// Adds the parameter at `index`, read field by field: handed on whole it would be copied.
    private func add(_ parameters: Parameters, _ index: Int, at place: Int) {
        guard let name = parameters.entries[index].name, parameters.entries[index].hasText else { return }
        if name == .prompt, generation.forbidsPromptParameter { return }
        append(Entry(name: name, text: place, isMapped: false))
    }

    private func append(_ entry: Entry) {
        filled |= 1 << UInt32(entry.name.rawValue)
        entries.append(entry)
    }

    /// Gives `target`, which has none, the value of `source`, which has one.
    private func fill(_ target: ParameterName, from source: ParameterName) {
        guard var entry = place(of: source).map({ entries[$0] }) else { return }
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
        let name = ParameterName(mapping.from)
        let source = name.map { place(of: $0).map { entries[$0].text } } ?? source(ofOther: mapping.from)
        guard let source else { return }
        if let target = ParameterName(mapping.to) {
            if !isFilled(target) { append(Entry(name: target, text: source, isMapped: true)) }
        } else if self.source(ofOther: mapping.to) == nil {
            mapped[mapping.to] = Mapped(text: source, position: entries.count)
        }
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

        init(_ from: ParameterName, _ to: ParameterName) {
            (self.from, self.to) = (from, to)
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
        Alias(.workflowStage, .stage), Alias(.codexStage, .stage),
    ]
}

extension Parameters.Entry {
    /// A string as written; of one that is not known what stands for it.
    fileprivate var writtenText: ExactString? { if case .string(let value) = value { value } else { text } }
}
