internal import JSONPull

/// One copy of each text that occurs in many objects: namespaces, phases, repositories.
struct SharedTexts: Sendable {
    /// So many that they are worth a look-up.
    private static let maximumCount = 4096
    /// Up to so many bytes stand in the String itself.
    private static let inlineBytes = 15

    private var texts: Set<ExactString> = []

    /// The copy of `text` that is kept.
    mutating func share(_ text: ExactString) -> ExactString {
        guard text.string.utf8.count > Self.inlineBytes else { return text }
        if texts.count < Self.maximumCount { return texts.insert(text).memberAfterInsert }
        guard let index = texts.firstIndex(of: text) else { return text }
        return texts[index]
    }
}
