/// Field paths as Kubernetes writes them: `spec.workflow.steps[1].parameters["a b"]`.
package enum JSONPath {
    /// Longest part of a key that a path repeats, in characters (Unicode scalars).
    package static let maximumKeyLength = 80

    /// Levels of a path that an error repeats; a document nested deeper is named by its first ones.
    package static let maximumLevels = 64

    /// The step from an object to its member `key`: `.key` when the key is plain, else `["key"]`, escaped and cut.
    package static func member(_ key: some StringProtocol) -> String { member(key, upTo: maximumKeyLength) }

    /// The same step with the whole key, which names that one member and no other.
    package static func wholeMember(_ key: some StringProtocol) -> String { member(key, upTo: .max) }

    private static func member(_ key: some StringProtocol, upTo length: Int) -> String {
        let plain = key.utf8.allSatisfy(isPlain)
        if plain, !key.isEmpty {
            guard key.utf8.count > length else { return ".\(key)" }
            return "." + String(String.UnicodeScalarView(key.unicodeScalars.prefix(length))) + "…"
        }
        var text = "[\""
        VisibleText.append(key, to: &text, upTo: length, isQuoted: true)
        return text + "\"]"
    }

    /// The path of `key` inside `parent`, which may be empty.
    package static func joining(_ parent: String, _ key: some StringProtocol) -> String {
        let step = member(key)
        let isName = step.utf8.first == UInt8(ascii: ".")
        return parent.isEmpty && isName ? String(Substring(step.utf8.dropFirst())) : parent + step
    }

    /// Whether `byte` can stand in an unquoted key: `[A-Za-z0-9_-]`.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// The path of the value that contains `offset`, found by reading `bytes` from the start; never fails.
    static func leading(to offset: Int, in bytes: UnsafeRawBufferPointer) -> String {
        var finder = unsafe PathFinder(bytes: bytes, end: offset)
        return finder.path()
    }
}

/// Walks a document that is good up to `end` and remembers which containers are open there.
@safe
private struct PathFinder {
    private enum Level {
        case member(String)
        case element(Int)
    }

    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private var position = 0
    private var levels: [Level] = []

    init(bytes: UnsafeRawBufferPointer, end: Int) {
        unsafe self.bytes = bytes
        self.end = end
    }

    mutating func path() -> String {
        while position < end { step(unsafe bytes[position]) }
        var text = ""
        for level in levels.prefix(JSONPath.maximumLevels) {
            switch level {
            case .member(let key): text = key.isEmpty ? text : JSONPath.joining(text, key)
            case .element(let index): text += "[\(index)]"
            }
        }
        return levels.count > JSONPath.maximumLevels ? text + "…" : text
    }

    private mutating func step(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"):
            levels.append(.member(""))
            position += 1
        case UInt8(ascii: "["):
            levels.append(.element(0))
            position += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            _ = levels.popLast()
            position += 1
        case UInt8(ascii: ","):
            if case .element(let index) = levels.last { levels[levels.count - 1] = .element(index + 1) }
            position += 1
        case UInt8(ascii: "\""):
            string()
        default:
            position += 1
        }
    }

    /// Passes a string; one that a colon follows becomes the current member's key.
    private mutating func string() {
        let start = position + 1
        position = start
        while position < end, unsafe bytes[position] != UInt8(ascii: "\"") {
            position += unsafe bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        let stop = min(position, end)
        position += 1
        var next = position
        while next < end, unsafe bytes[next] <= 0x20 { next += 1 }
        guard next < end, unsafe bytes[next] == UInt8(ascii: ":"), case .member = levels.last else { return }
        let key = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<stop])
        levels[levels.count - 1] = .member(unsafe JSONUnescaping.string(key))
    }
}
