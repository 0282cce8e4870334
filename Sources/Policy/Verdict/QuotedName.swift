package import JSONPull

/// User-supplied text as messages repeat it.
package enum QuotedName {
    /// `text` in double quotes on one line: see `VisibleText`.
    package static func quote(_ text: ExactString) -> String { VisibleText.quoted(text) }

    /// The first of `names`, quoted, and how many there are beyond.
    static func list(_ names: [ExactString], atMost count: Int) -> String {
        let others = names.count > count ? " and \(names.count - count) more" : ""
        return names.prefix(count).map { quote($0) }.joined(separator: ", ") + others
    }
}
