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
final class TokenMembers {
    typealias Entry = (key: ExactString, value: TokenValue)

    private let entries: [Entry]
    /// Where each name is, once there are many.
    private lazy var places: [ExactString: Int] = Dictionary(
        entries.indices.map { (entries[$0].key, $0) },
        uniquingKeysWith: { $1 }
    )

    /// Up to this many names, comparing each is cheaper than hashing them.
    private static let fewEntries = 16

    init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// Strings by name.
    convenience init(_ texts: [(key: ExactString, value: ExactString)]) {
        self.init(texts.map { ($0.key, .text($0.value)) })
    }

    subscript(key: ExactString) -> TokenValue? {
        if entries.count > Self.fewEntries { return places[key].map { entries[$0].value } }
        return entries.last { $0.key == key }?.value
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

    /// Writes the members as an object; false when one of them is hidden.
    fileprivate func write(to writer: inout JSONWriter) -> Bool {
        var isWhole = true
        var written: Set<ExactString> = []
        writer.beginObject()
        for entry in entries where written.insert(entry.key).inserted {
            writer.escapedKey(entry.key.string)
            switch self[entry.key] {
            case .text(let text)?: writer.string(text.string)
            case .members(let members)?: isWhole = members.write(to: &writer) && isWhole
            case .hidden?, nil:
                isWhole = false
                writer.null()
            }
        }
        writer.endObject()
        return isWhole
    }
}

extension TokenValue {
    /// As a template writes it, objects as JSON; nil when part of it is hidden.
    var written: ExactString? {
        switch self {
        case .text(let text): return text
        case .hidden: return nil
        case .members(let members):
            var writer = JSONWriter()
            guard members.write(to: &writer) else { return nil }
            return ExactString(String(decoding: writer.bytes, as: UTF8.self))
        }
    }
}
