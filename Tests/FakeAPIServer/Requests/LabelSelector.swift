/// Labels an object must have: `key=value`, several with commas between.
struct LabelSelector {
    private let wanted: [(key: String, value: String)]

    /// - Throws: ``StatusError`` for what this server does not know of selectors: sets, inequality, absence.
    init(parsing text: String?) throws(StatusError) {
        var wanted: [(key: String, value: String)] = []
        for part in (text ?? "").split(separator: ",") {
            let pair = part.replacing("==", with: "=").split(separator: "=", omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[0].isEmpty, pair[0].last != "!" else {
                throw .badRequest("this server knows only labelSelectors of the form key=value, not \(part)")
            }
            wanted.append((String(pair[0]), String(pair[1])))
        }
        self.wanted = wanted
    }

    func matches(_ object: StoredObject) -> Bool {
        guard !wanted.isEmpty else { return true }
        let labels = object.metadata["labels"] as? [String: Any] ?? [:]
        return wanted.allSatisfy { labels[$0.key] as? String == $0.value }
    }
}
