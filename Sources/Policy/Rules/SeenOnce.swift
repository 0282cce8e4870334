/// What of many steps was looked at already, where nearly always all have the same: it is compared, and hashed only when there
/// are others.
struct SeenOnce<Element: Hashable> {
    private var last: Element?
    private var others: Set<Element> = []

    /// Adds `element`; whether it is new.
    mutating func insert(_ element: Element) -> Bool {
        if last == element { return false }
        if let last { others.insert(last) }
        last = element
        return !others.contains(element)
    }
}
