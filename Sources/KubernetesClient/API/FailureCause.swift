/// What makes one failure the same as another, whatever their sentences say of times, versions and addresses.
///
/// Foreign text is no part of it: an API server's message may hold the time, and a run's author thinks of its names.
package struct FailureCause: Hashable, Sendable {
    package let words: String

    package init(_ words: String) {
        self.words = words
    }

    /// The same, of one deed of several that can fail for it.
    package func of(_ deed: String) -> FailureCause { FailureCause("\(deed): \(words)") }
}

/// What was told of one trouble since it began: each cause is told once until all is well again.
///
/// Two causes that take turns, as a server's refusals and silences do while it is down, are told once each, too.
package struct ToldCauses: Sendable {
    /// So many are enough to see what goes on; a peer must not be able to think of more.
    static let maximumCount = 16

    private var causes: Set<FailureCause> = []

    package init() {}

    /// Something was told since the last ``recover()``.
    package var isTroubled: Bool { !causes.isEmpty }

    /// Whether it is to be told; it counts as told from now on.
    package mutating func isNews(_ cause: FailureCause) -> Bool {
        guard causes.count < Self.maximumCount else { return false }
        return causes.insert(cause).inserted
    }

    /// All is well again; whether that is to be told.
    package mutating func recover() -> Bool {
        defer { causes.removeAll() }
        return isTroubled
    }
}

extension RequestError {
    package var cause: FailureCause {
        switch self {
        case .status(let status): status.cause
        case .unreachable: FailureCause("unreachable")
        case .broken: FailureCause("broken")
        case .timedOut: FailureCause("timed out")
        case .tooLarge: FailureCause("too large")
        case .access(let error): FailureCause("access \(error.place)")
        case .answer: FailureCause("answer")
        case .cancelled: FailureCause("cancelled")
        }
    }
}

extension APIStatus {
    var cause: FailureCause { FailureCause("status \(code)") }
}

extension ReflectorFailure {
    package var cause: FailureCause {
        switch self {
        case .status(let status): status.cause
        case .request(let error): error.cause
        case .stalled: FailureCause("stalled")
        case .endless: FailureCause("endless list")
        case .other(let reason): FailureCause(reason)
        }
    }
}
