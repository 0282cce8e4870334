internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull

/// Finds among many ``RequestMatch`` those that can match a request, without trying each.
///
/// Every match is filed under one of its lists: names, users, namespaces or groups, of those whose globs have something
/// fixed at an end the one that the fewest other matches share.
struct MatchIndex: Sendable {
    private let names: GlobIndex
    private let users: GlobIndex
    private let namespaces: GlobIndex
    private let groups: GlobIndex
    /// Numbers of matches that restrict nothing, or by globs such as `*` only.
    private let others: [Int]
    private let count: Int

    init(_ matches: [RequestMatch]) {
        var filed: [[(glob: Glob, number: Int)]] = Array(repeating: [], count: 4)
        var others: [Int] = []
        let shares = Self.shares(matches)
        for (number, match) in matches.enumerated() {
            let lists = match.lists
            let selective = lists.indices.filter { lists[$0].isSelective }
            // The list whose globs the fewest others have too.
            let list = selective.min { shared($0, lists, shares) < shared($1, lists, shares) }
            if let list {
                filed[list] += lists[list].globs.map { ($0, number) }
            } else {
                others.append(number)
            }
        }
        func shared(_ list: Int, _ lists: [GlobList], _ shares: [[ExactString: Int]]) -> Int {
            lists[list].globs.reduce(0) { $0 + (shares[list][$1.pattern] ?? 0) }
        }
        names = GlobIndex(filed[0])
        users = GlobIndex(filed[1])
        namespaces = GlobIndex(filed[2])
        groups = GlobIndex(filed[3])
        self.others = others
        count = matches.count
    }

    /// Numbers of all that can match `subject`, and perhaps of some that do not, in order.
    func candidates(for subject: RequestMatch.Request) -> [Int] {
        if count == 0 { return [] }
        var numbers = others
        names.forEachCandidate(for: subject.name) { numbers.append($0) }
        users.forEachCandidate(for: subject.userInfo.username) { numbers.append($0) }
        namespaces.forEachCandidate(for: subject.namespace) { numbers.append($0) }
        for group in subject.userInfo.groups { groups.forEachCandidate(for: group) { numbers.append($0) } }
        numbers.sort()
        // A match whose globs are alike may have been found by several.
        var last: Int?
        numbers.removeAll { number in
            defer { last = number }
            return number == last
        }
        return numbers
    }

    /// How many matches have each glob, list by list.
    private static func shares(_ matches: [RequestMatch]) -> [[ExactString: Int]] {
        var shares: [[ExactString: Int]] = Array(repeating: [:], count: 4)
        for match in matches {
            for (list, globs) in match.lists.enumerated() {
                for glob in globs.globs { shares[list][glob.pattern, default: 0] += 1 }
            }
        }
        return shares
    }
}

extension RequestMatch {
    /// Names, users, namespaces, groups.
    fileprivate var lists: [GlobList] { [names, users, namespaces, groups] }
}

extension GlobList {
    /// Whether there are globs, and each has something fixed at an end.
    fileprivate var isSelective: Bool {
        !isEmpty && globs.allSatisfy { $0.prefixLength != 0 || $0.suffixLength > 0 }
    }
}
