package import JSONPull

/// A regular expression of RE2's syntax (the API server's), as far as definitions use it, run in time linear in the text.
///
/// Literals, classes, groups, alternatives, repetitions, `^` and `$`; no flags, no Unicode classes, no word boundaries.
package struct LinearPattern: Sendable {
    /// A step of the machine.
    enum State: Sendable {
        case scalar(ScalarSet, next: Int)
        case either(Int, Int)
        case start(next: Int)
        case end(next: Int)
        case match
    }

    package let text: ExactString
    private let states: [State]
    private let first: Int

    /// Nil for one with anything beyond, and for one that is too large.
    package init?(_ text: ExactString) {
        var parser = PatternParser(text)
        guard let node = parser.parse() else { return nil }
        var compiler = PatternCompiler()
        guard let first = compiler.compile(node) else { return nil }
        self.text = text
        states = compiler.states
        self.first = first
    }

    /// Whether it matches anywhere in a text.
    package func matches(_ text: ExactString) -> Bool {
        let scalars = text.string.unicodeScalars
        var now = StateSet(count: states.count)
        var next = StateSet(count: states.count)
        var isAtStart = true
        var index = scalars.startIndex
        while true {
            let isAtEnd = index == scalars.endIndex
            if add(first, to: &now, isAtStart: isAtStart, isAtEnd: isAtEnd) { return true }
            if isAtEnd { return false }
            let scalar = scalars[index]
            index = scalars.index(after: index)
            isAtStart = false
            next.removeAll()
            for state in now.list {
                guard case .scalar(let set, let following) = states[state], set.contains(scalar) else { continue }
                if add(following, to: &next, isAtStart: false, isAtEnd: index == scalars.endIndex) { return true }
            }
            swap(&now, &next)
        }
    }

    /// Adds a state and those reached from it without a character; whether one of them is the end.
    private func add(_ state: Int, to set: inout StateSet, isAtStart: Bool, isAtEnd: Bool) -> Bool {
        var open = [state]
        while let state = open.popLast() {
            guard set.insert(state) else { continue }
            switch states[state] {
            case .match: return true
            case .scalar: break
            case .either(let one, let other): open += [other, one]
            case .start(let next): if isAtStart { open.append(next) }
            case .end(let next): if isAtEnd { open.append(next) }
            }
        }
        return false
    }

    /// Numbers of states, each once.
    private struct StateSet {
        var list: [Int] = []
        private var has: [Bool]

        init(count: Int) {
            has = Array(repeating: false, count: count)
        }

        mutating func insert(_ state: Int) -> Bool {
            if has[state] { return false }
            has[state] = true
            list.append(state)
            return true
        }

        mutating func removeAll() {
            for state in list { has[state] = false }
            list.removeAll(keepingCapacity: true)
        }
    }
}

/// Characters, by ranges.
struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>] = []
    var isInverted = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } != isInverted
    }
}

/// What a pattern is made of.
indirect enum PatternNode {
    case empty
    case set(ScalarSet)
    case start
    case end
    case sequence([PatternNode])
    case either([PatternNode])
    /// At most nil: any number.
    case repeated(PatternNode, atLeast: Int, atMost: Int?)
}

/// Lays out states from the last to the first.
struct PatternCompiler {
    private(set) var states: [LinearPattern.State] = [.match]

    /// The state that starts it; nil when there are too many.
    mutating func compile(_ node: PatternNode) -> Int? { compile(node, 0) }

    private mutating func add(_ state: LinearPattern.State) -> Int? {
        guard states.count < SchemaLimits.maximumPatternStates else { return nil }
        states.append(state)
        return states.count - 1
    }

    private mutating func compile(_ node: PatternNode, _ next: Int) -> Int? {
        switch node {
        case .empty: return next
        case .set(let set): return add(.scalar(set, next: next))
        case .start: return add(.start(next: next))
        case .end: return add(.end(next: next))
        case .sequence(let nodes):
            var place = next
            for node in nodes.reversed() {
                guard let start = compile(node, place) else { return nil }
                place = start
            }
            return place
        case .either(let nodes):
            var place: Int?
            for node in nodes.reversed() {
                guard let start = compile(node, next) else { return nil }
                guard let other = place else {
                    place = start
                    continue
                }
                place = add(.either(start, other))
                if place == nil { return nil }
            }
            return place ?? next
        case .repeated(let node, let minimum, let maximum): return compileRepeated(node, minimum, maximum, next)
        }
    }

    private mutating func compileRepeated(_ node: PatternNode, _ minimum: Int, _ maximum: Int?, _ next: Int) -> Int? {
        var place = next
        if let maximum {
            for _ in 0..<max(0, maximum - minimum) {
                guard let start = compile(node, place), let fork = add(.either(start, next)) else { return nil }
                place = fork
            }
        } else {
            guard let fork = add(.either(next, next)), let start = compile(node, fork) else { return nil }
            states[fork] = .either(start, next)
            place = fork
        }
        for _ in 0..<minimum {
            guard let start = compile(node, place) else { return nil }
            place = start
        }
        return place
    }
}
