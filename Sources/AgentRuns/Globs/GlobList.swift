package import JSONPull

/// Globs of which one is enough; blank ones are dropped, and none at all is "not configured".
package struct GlobList: Sendable {
    /// As written, in order.
    package let globs: [Glob]
    private let isCaseSensitive: Bool
    /// Nil for a few, which are tried one after the other.
    private let index: GlobIndex?

    /// Up to this many globs, trying each costs less than looking them up.
    private static let few = 8

    package init(_ patterns: [ExactString], isCaseSensitive: Bool = true) {
        globs = patterns.compactMap { Glob($0, isCaseSensitive: isCaseSensitive) }
        self.isCaseSensitive = isCaseSensitive
        index = globs.count > Self.few ? GlobIndex(globs.enumerated().map { ($0.element, $0.offset) }) : nil
    }

    package var isEmpty: Bool { globs.isEmpty }

    /// The first pattern that matches `text`.
    package func match(_ text: ExactString) -> ExactString? {
        first(matching: text).map { globs[$0].pattern }
    }

    /// The first pattern that matches one of the two.
    package func match(_ text: ExactString, _ other: ExactString) -> ExactString? {
        if globs.isEmpty { return nil }
        let found = [first(matching: text), text == other ? nil : first(matching: other)].compactMap(\.self).min()
        return found.map { globs[$0].pattern }
    }

    private func first(matching text: ExactString) -> Int? {
        if globs.isEmpty { return nil }
        let text = isCaseSensitive ? text : text.asciiLowercased
        guard let index else { return globs.firstIndex { $0.matches(text) } }
        var first: Int?
        index.forEachCandidate(for: text) { number in
            if first.map({ number < $0 }) ?? true, globs[number].matches(text) { first = number }
        }
        return first
    }
}
