internal import Policy

extension CheckReport {
    /// What was looked at, which decides what a report calls itself.
    package enum Subject: Sendable {
        /// Files, by `check`.
        case manifests
        /// Objects that exist, by `audit`.
        case existing

        var command: String {
            switch self {
            case .manifests: "check"
            case .existing: "audit"
            }
        }

        var heading: String {
            switch self {
            case .manifests: "AgentRun manifests"
            case .existing: "Audit of AgentRun objects"
            }
        }
    }

    /// Why an object was not judged; the words are keys of the summary in JSON.
    package enum PassedOver: String, CaseIterable, Sendable {
        /// A run that is over.
        case over
        /// Of a namespace that nobody asked for.
        case elsewhere
        /// Neither created nor changed since the time that was given.
        case unchanged

        fileprivate var words: String {
            switch self {
            case .over: "over and not judged"
            case .elsewhere: "of other namespaces not judged"
            case .unchanged: "older and not judged"
            }
        }
    }

    /// How many objects there are of what.
    package struct Tally: Sendable, Equatable {
        package private(set) var objects = 0
        package private(set) var denied = 0
        /// Allowed, but not without a warning.
        package private(set) var warned = 0
        /// Allowed, with a finding that is for the record alone.
        package private(set) var noted = 0

        var hasFindings: Bool { denied + warned + noted > 0 }

        mutating func add(_ verdict: Verdict) {
            objects += 1
            if !verdict.allowed {
                denied += 1
            } else if !verdict.warnings.isEmpty {
                warned += 1
            } else if !verdict.findings.isEmpty {
                noted += 1
            }
        }
    }

    /// Objects that were judged or passed over for a reason.
    package var lookedAtCount: Int { passedOver.values.reduce(objectCount, +) }

    var passedOverWords: [String] {
        PassedOver.allCases.compactMap { reason in passedOver[reason].map { "\($0) \(reason.words)" } }
    }
}
