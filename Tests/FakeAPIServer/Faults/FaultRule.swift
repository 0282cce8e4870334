/// Which requests a fault is for, and how often.
package struct FaultRule: Sendable {
    /// The facts a request must have; nil ones do not matter.
    package struct Match: Sendable {
        package var verb: ReceivedRequest.Verb?
        package var resource: FakeResource?
        package var namespace: String?
        package var name: String?
        package var condition: (@Sendable (ReceivedRequest) -> Bool)?

        package init(
            _ verb: ReceivedRequest.Verb? = nil,
            _ resource: FakeResource? = nil,
            namespace: String? = nil,
            name: String? = nil,
            where condition: (@Sendable (ReceivedRequest) -> Bool)? = nil
        ) {
            self.verb = verb
            self.resource = resource
            self.namespace = namespace
            self.name = name
            self.condition = condition
        }

        /// Every request.
        package static let all = Match()

        func matches(_ request: ReceivedRequest) -> Bool {
            (verb == nil || verb == request.verb)
                && (resource == nil || resource == request.resource)
                && (namespace == nil || namespace == request.namespace)
                && (name == nil || name == request.name)
                && (condition?(request) ?? true)
        }
    }

    package var match: Match
    /// Matching requests that pass unharmed first.
    package var skip: Int
    /// Nil for ever.
    package var times: Int?
    package var fault: Fault

    package init(matching match: Match = .all, skip: Int = 0, times: Int? = 1, _ fault: Fault) {
        self.match = match
        self.skip = skip
        self.times = times
        self.fault = fault
    }
}

/// The rules in force, in the order they were given.
struct FaultScript {
    var rules: [FaultRule] = []

    /// The fault of the first rule that is for `request`, which is used up by it.
    mutating func take(_ request: ReceivedRequest) -> Fault? {
        guard let index = rules.firstIndex(where: { $0.match.matches(request) }) else { return nil }
        guard rules[index].skip == 0 else {
            rules[index].skip -= 1
            return nil
        }
        let fault = rules[index].fault
        if let times = rules[index].times {
            rules[index].times = times - 1
            if times <= 1 { rules.remove(at: index) }
        }
        return fault
    }
}
