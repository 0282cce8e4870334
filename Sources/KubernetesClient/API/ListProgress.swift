/// How far a list was followed from page to page: tells one without an end from one that is long.
package struct ListProgress: Equatable, Sendable {
    /// The pages of one list: five million objects of 500 a page, which no etcd holds.
    static let mostPages = 10_000
    /// Pages without objects that follow each other; an API server fills each but the last.
    static let mostEmptyPages = 100

    /// Pages that say that there are more.
    private var pages = 0
    /// At the end of those so far.
    private var emptyPages = 0
    /// What the last page was asked for with.
    private var continueToken: String?

    package init() {}

    /// Counts a page.
    ///
    /// - Returns: what the next one is asked for with; nil when there is none.
    /// - Throws: ``EndlessList`` when the next one is not worth asking for.
    package mutating func next(after page: ListPage) throws(EndlessList) -> String? {
        guard let token = page.continueToken else { return nil }
        pages += 1
        emptyPages = page.items.isEmpty ? emptyPages + 1 : 0
        guard token != continueToken, pages < Self.mostPages, emptyPages < Self.mostEmptyPages else {
            throw EndlessList(pages: pages, emptyPages: emptyPages)
        }
        continueToken = token
        return token
    }
}

/// A list whose pages do not end, or bring nothing more.
package struct EndlessList: Error, Equatable, CustomStringConvertible {
    var pages: Int
    var emptyPages: Int

    package var description: String {
        "the list does not come to an end (\(pages) pages, the last \(emptyPages) of them empty)"
    }
}
