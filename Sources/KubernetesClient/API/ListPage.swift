internal import JSONPull

/// One page of a list: where its items are in the answer's body, and how to go on.
///
/// Items are not decoded here; whoever keeps them projects them from the body's bytes.
package struct ListPage: Equatable, Sendable {
    /// `metadata.resourceVersion`: where a watch starts after the last page.
    package var resourceVersion: String
    /// `metadata.continue`: nil on the last page.
    package var continueToken: String?
    /// `metadata.remainingItemCount`: how many items come after this page, if the server says so.
    package var remainingItemCount: Int
    /// Each item's bytes in the body, in order.
    package var items: [Range<Int>]

    package init(
        resourceVersion: String,
        continueToken: String?,
        remainingItemCount: Int = 0,
        items: [Range<Int>]
    ) {
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
        self.remainingItemCount = remainingItemCount
        self.items = items
    }

    /// Whether an item of `body`, which the page was read from, has a `metadata.resourceVersion` of that kind.
    func hasItem(in body: [UInt8], whose isOfInterest: (String) -> Bool) throws(AnswerProblem) -> Bool {
        do throws(JSONError) {
            for item in items {
                let found = try JSONReader.read(Array(body[item])) { reader throws(JSONError) in
                    var found: String?
                    try reader.readMembers { reader, key throws(JSONError) in
                        switch key {
                        case "metadata": found = try reader.readResourceVersion()
                        default: try reader.skipValue()
                        }
                    }
                    return found
                }
                if let found, isOfInterest(found) { return true }
            }
        } catch {
            throw .malformed(reason: "\(error)")
        }
        return false
    }

    /// Reads the body of a successful list; all of it is checked for grammar.
    package static func decode(_ body: [UInt8]) throws(AnswerProblem) -> ListPage {
        var resourceVersion: String?
        var continueToken: String?
        var remaining = 0
        var items: [Range<Int>] = []
        try AnswerProblem.readMembers(of: body) { reader, key throws(JSONError) in
            switch key {
            case "metadata":
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "resourceVersion": resourceVersion = try reader.readNonEmptyString()
                    case "continue": continueToken = try reader.readNonEmptyString()
                    case "remainingItemCount":
                        remaining = max(0, try reader.readNumber().flatMap { Int($0) } ?? 0)
                    default: try reader.skipValue()
                    }
                }
            case "items":
                items = []
                try reader.readElements { reader, _ throws(JSONError) in items.append(try reader.skipValue()) }
            default: try reader.skipValue()
            }
        }
        guard let resourceVersion else { throw .unexpected("no metadata.resourceVersion, so it is no list") }
        return ListPage(
            resourceVersion: resourceVersion,
            continueToken: continueToken,
            remainingItemCount: remaining,
            items: items
        )
    }
}
