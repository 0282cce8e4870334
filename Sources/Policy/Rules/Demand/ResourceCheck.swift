internal import AgentRuns
internal import JSONPull

/// Finds what is wrong with the resources of a run's workloads: each entry by itself, and requests above limits.
///
/// A workload's entries are merged over those of `runtime.config`; what is in force is compared.
struct ResourceCheck {
    /// Entries of `runtime.config`, where they count.
    private let config: Amounts
    private let trims: Bool
    private let outcome: ControllerOutcome?
    /// Workloads looked at, and for each name of ``config`` how many of them have an entry of their own.
    private var workloadCount = 0
    private var overriding: [ExactString: Int] = [:]

    init(config: [ResourceAmount], trims: Bool, outcome: ControllerOutcome?) {
        self.config = Amounts(config, trims: trims)
        (self.trims, self.outcome) = (trims, outcome)
    }

    /// Entries that can be looked up.
    private struct Amounts {
        /// One that the controller hands on.
        struct Entry {
            var isLimit: Bool
            /// As written, which the field is told by.
            var key: ExactString
            var name: ExactString
            var text: ExactString
        }

        /// What entries are told apart by.
        private struct Key: Hashable {
            var isLimit: Bool
            var name: ExactString
        }

        private(set) var entries: [Entry] = []
        /// Where each is, once there are many.
        private var places: [Key: Int] = [:]
        /// Up to this many, comparing each costs less than hashing them.
        private static let few = 16

        init(_ amounts: [ResourceAmount], trims: Bool) {
            if amounts.isEmpty { return }
            entries.reserveCapacity(amounts.count)
            for amount in amounts {
                guard let entry = Self.entry(amount, trims: trims) else { continue }
                entries.append(entry)
            }
            if entries.count > Self.few {
                for index in entries.indices {
                    places[Key(isLimit: entries[index].isLimit, name: entries[index].name)] = index
                }
            }
        }

        /// Nil where the controller drops it.
        private static func entry(_ amount: ResourceAmount, trims: Bool) -> Entry? {
            if !trims {
                return Entry(isLimit: amount.isLimit, key: amount.name, name: amount.name, text: amount.quantity)
            }
            guard let name = amount.name.nonBlank, let text = amount.quantity.nonBlank else { return nil }
            return Entry(isLimit: amount.isLimit, key: amount.name, name: name, text: text)
        }

        /// The one in force; of several of a name the last.
        func entry(_ name: ExactString, isLimit: Bool) -> Entry? {
            if entries.count > Self.few { return places[Key(isLimit: isLimit, name: name)].map { entries[$0] } }
            return entries.last { $0.isLimit == isLimit && $0.name == name }
        }
    }

    /// Looks at the entries of `runtime.config`, each by itself.
    func checkConfig(_ findings: inout RuleFindings) {
        for entry in config.entries { check(entry, { Self.configField(entry) }, &findings) }
    }

    /// Looks at the entries of the workload of the run or of `step`.
    mutating func check(_ amounts: [ResourceAmount], of step: WorkflowStep?, _ findings: inout RuleFindings) {
        workloadCount += 1
        if amounts.isEmpty { return }
        let own = Amounts(amounts, trims: trims)
        for entry in own.entries {
            // Made only for a finding.
            let field = { Self.field(entry, of: step) }
            check(entry, field, &findings)
            if !config.entries.isEmpty { countOverriding(entry, own) }
            if !entry.isLimit {
                let limit = own.entry(entry.name, isLimit: true) ?? config.entry(entry.name, isLimit: true)
                compare(entry, with: limit, field, &findings)
            } else if own.entry(entry.name, isLimit: false) == nil,
                let request = config.entry(entry.name, isLimit: false)
            {
                compare(request, with: entry, { Self.configField(request) }, &findings)
            }
        }
    }

    private mutating func countOverriding(_ entry: Amounts.Entry, _ own: Amounts) {
        // Counted once, however many of its two it has.
        if entry.isLimit, own.entry(entry.name, isLimit: false) != nil { return }
        overriding[entry.name, default: 0] += 1
    }

    /// Compares the entries of `runtime.config` with each other, where a workload leaves both in force.
    func compareConfig(_ findings: inout RuleFindings) {
        for entry in config.entries where !entry.isLimit && overriding[entry.name, default: 0] < workloadCount {
            compare(entry, with: config.entry(entry.name, isLimit: true), { Self.configField(entry) }, &findings)
        }
    }

    // MARK: One entry

    private func check(_ entry: Amounts.Entry, _ field: () -> FieldPath, _ findings: inout RuleFindings) {
        if !ResourceName.isValid(entry.name) {
            findings.report(
                .invalidResourceName,
                field(),
                "Invalid value: \(VisibleText.quoted(entry.name)): no container can ask for such a resource",
                "use cpu, memory, ephemeral-storage, hugepages-SIZE, or a name with its domain, as nvidia.com/gpu",
                entry.key,
                outcome
            )
        }
        guard let problem = QuantityFault.problem(with: entry.text) else { return }
        findings.report(.invalidQuantity, field(), problem, QuantityFault.remedy, entry.text, outcome)
    }

    private func compare(
        _ request: Amounts.Entry,
        with limit: Amounts.Entry?,
        _ field: () -> FieldPath,
        _ findings: inout RuleFindings
    ) {
        // The same text is the same amount.
        guard let limit, limit.text != request.text, let asked = try? Quantity(request.text),
            let most = try? Quantity(limit.text), !asked.isNegative, !most.isNegative,
            asked.isMore(than: most) == true
        else { return }
        let message = """
            Invalid value: \(VisibleText.quoted(request.text)): must be less than or equal to the \
            \(VisibleText.part(request.name)) limit of \(VisibleText.quoted(limit.text))
            """
        findings.report(
            .requestOverLimit,
            field(),
            message,
            "lower the request, or raise the limit",
            request.text,
            outcome
        )
    }

    private static func configField(_ entry: Amounts.Entry) -> FieldPath {
        FieldPath(entry.isLimit ? "spec.runtime.config.resources.limits" : "spec.runtime.config.resources.requests")
            .member(entry.key)
    }

    private static func field(_ entry: Amounts.Entry, of step: WorkflowStep?) -> FieldPath {
        let list: FieldPath =
            if let step {
                FieldPath(
                    step: step,
                    entry.isLimit ? ".workload.resources.limits" : ".workload.resources.requests"
                )
            } else {
                FieldPath(entry.isLimit ? "spec.workload.resources.limits" : "spec.workload.resources.requests")
            }
        return list.member(entry.key)
    }
}

/// What is said of a text that is no quantity a pod can have.
enum QuantityFault {
    static let remedy = "write a number with a unit Kubernetes knows, as 500m or 2Gi"

    /// Nil where it is one; nothing is repeated of a text that may be anything.
    static func problem(with text: ExactString) -> String? {
        do {
            return try Quantity(text).isNegative ? "Invalid value: must be greater than or equal to 0" : nil
        } catch {
            let count = text.characterCount
            let length = count > Quantity.maximumToldLength ? "more than \(Quantity.maximumToldLength)" : "\(count)"
            return "Invalid value: Kubernetes reads no quantity in this text of \(length) characters"
        }
    }
}
