internal import JSONPull

/// What a path of `{{ path }}` or `${ path }` leads to.
enum TokenValue {
    /// A string, perhaps empty.
    case text(ExactString)
    /// A string that is not empty and of which only the measures are kept.
    case hidden
    case members(TokenMembers)
}

/// The names a template can use, one level of them; of a repeated name the last counts (`controller-semantics.md` section 7).
///
/// Names of a run are looked up where they are: a list of them for every unit would weigh steps times parameters.
final class TokenMembers {
    typealias Entry = (key: ExactString, value: TokenValue)

    /// Some of the names.
    enum Layer {
        /// A few names.
        case entries([Entry])
        /// The metadata map, but for what is derived.
        case given(RunMetadata)
        /// The string parameters in effect.
        case parameters(RunMetadata)
        /// What takes rendering a text, as far as somebody asks for it.
        case derived(DerivedNames)

        fileprivate subscript(key: ExactString) -> TokenValue? {
            switch self {
            case .entries(let entries): entries.last { $0.key == key }?.value
            case .given(let metadata): metadata.given(key).map(TokenValue.text)
            case .parameters(let metadata): metadata.parameterText(key).map(TokenValue.text)
            case .derived(let names): ParameterName(key).flatMap { names[$0] }
            }
        }

        /// Calls `body` with every key, in order, until it returns false.
        fileprivate func forEachKey(_ body: (ExactString) -> Bool) {
            switch self {
            case .entries(let entries):
                for entry in entries where !body(entry.key) { return }
            case .given(let metadata): metadata.forEachGiven { key, _ in body(key) }
            case .parameters(let metadata): metadata.forEachParameter { key, _ in body(key) }
            case .derived(let names):
                for name in names.all where names[name] != nil && !body(name.key) { return }
            }
        }
    }

    /// The last goes before those in front of it.
    private let layers: [Layer]

    init(_ layers: Layer...) {
        self.layers = layers
    }

    /// Whether there is no name at all.
    var isEmpty: Bool {
        var isEmpty = true
        for layer in layers where isEmpty {
            layer.forEachKey { _ in
                isEmpty = false
                return false
            }
        }
        return isEmpty
    }

    subscript(key: ExactString) -> TokenValue? {
        for layer in layers.reversed() { if let value = layer[key] { return value } }
        return nil
    }

    /// What `path` leads to: pieces between dots, trimmed, empty ones dropped; nothing but objects is walked into.
    ///
    /// A path of nothing is the whole.
    func value(at path: ExactString) -> TokenValue? {
        var value = TokenValue.members(self)
        for piece in path.split(at: ".") {
            let key = piece.trimmed
            if key.isEmpty { continue }
            guard case .members(let members) = value, let next = members[key] else { return nil }
            value = next
        }
        return value
    }

    /// Writes the members as an object, but none once there are `maximum` bytes: nobody reads further.
    ///
    /// False when one of those that were written is hidden.
    fileprivate func write(to writer: inout JSONWriter, upTo maximum: Int) -> Bool {
        var isWhole = true
        // The writer cannot be lent to what calls back for each key.
        var keys: [ExactString] = []
        var seen: Set<ExactString> = []
        var room = maximum
        for layer in layers where room > 0 {
            layer.forEachKey { key in
                if seen.insert(key).inserted {
                    keys.append(key)
                    // As JSON the key has two quotes, a colon and a value behind it.
                    room -= key.string.utf8.count + 5
                }
                return room > 0
            }
        }
        writer.beginObject()
        for key in keys where writer.count < maximum {
            writer.escapedKey(key.string)
            switch self[key] {
            case .text(let text)?: writer.string(text.start(maximum).string)
            case .members(let members)?: isWhole = members.write(to: &writer, upTo: maximum) && isWhole
            case .hidden?, nil:
                isWhole = false
                writer.null()
            }
        }
        writer.endObject()
        return isWhole
    }
}

/// Values that are worked out when they are asked for, and once.
final class DerivedNames {
    let all: [ParameterName]
    private let value: (ParameterName) -> TokenValue?
    private var known: [ParameterName: TokenValue?] = [:]

    init(_ all: [ParameterName], _ value: @escaping (ParameterName) -> TokenValue?) {
        (self.all, self.value) = (all, value)
    }

    fileprivate subscript(name: ParameterName) -> TokenValue? {
        if let known = known[name] { return known }
        let found = all.contains(name) ? value(name) : nil
        known[name] = .some(found)
        return found
    }
}

extension TokenValue {
    /// The first `maximum` bytes, at least, of what a template writes, objects as JSON; nil when part of it is hidden.
    func written(upTo maximum: Int) -> ExactString? {
        switch self {
        case .text(let text): return text
        case .hidden: return nil
        case .members(let members):
            var writer = JSONWriter()
            guard members.write(to: &writer, upTo: maximum) else { return nil }
            return ExactString(String(decoding: writer.bytes, as: UTF8.self))
        }
    }
}

extension ExactString {
    /// The first `count` bytes and what is left of the character they end in.
    fileprivate func start(_ count: Int) -> ExactString {
        string.utf8.count > count ? prefix(characters: count) : self
    }
}
