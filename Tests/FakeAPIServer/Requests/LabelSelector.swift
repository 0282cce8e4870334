/// Labels an object must have: `key=value`, or `key` with any value, several with commas between.
struct LabelSelector {
    private let wanted: [(key: String, value: String?)]

    /// - Throws: ``StatusError`` for what this server does not know of selectors: sets, inequality, absence.
    init(parsing text: String?) throws(StatusError) {
        var wanted: [(key: String, value: String?)] = []
        for part in (text ?? "").split(separator: ",") {
            let pair = part.replacing("==", with: "=").split(separator: "=", omittingEmptySubsequences: false)
            let isKnown = pair.count <= 2 && !pair[0].isEmpty && pair[0].last != "!" && pair[0].first != "!"
            guard isKnown, !pair[0].contains(" ") else {
                throw .badRequest("this server knows only labelSelectors of the form key=value or key, not \(part)")
            }
            wanted.append((String(pair[0]), pair.count == 2 ? String(pair[1]) : nil))
        }
        self.wanted = wanted
    }

    func matches(_ object: StoredObject) -> Bool {
        guard !wanted.isEmpty else { return true }
        let labels = object.metadata["labels"] as? [String: Any] ?? [:]
        return wanted.allSatisfy { key, value in
            guard let label = labels[key] as? String else { return false }
            return value.map { $0 == label } ?? true
        }
    }
}
