internal import AdmissionAPI
internal import JSONPull

/// Finds among many ``RequestMatch`` those that can match a request, without trying each.
///
/// Every match is filed under one of its lists: names, users, namespaces or groups, the first whose globs have something
/// fixed at an end.
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
        for (number, match) in matches.enumerated() {
            let lists = [match.names, match.users, match.namespaces, match.groups]
            if let list = lists.firstIndex(where: \.isSelective) {
                filed[list] += lists[list].globs.map { ($0, number) }
            } else {
                others.append(number)
            }
        }
        names = GlobIndex(filed[0])
        users = GlobIndex(filed[1])
        namespaces = GlobIndex(filed[2])
        groups = GlobIndex(filed[3])
        self.others = others
        count = matches.count
    }

    /// Numbers of all that can match `subject`, and perhaps of some that do not, in order.
    func candidates(for subject: RequestMatch.Subject) -> [Int] {
        if count == 0 { return [] }
        var numbers = others
        names.forEachCandidate(for: subject.name) { numbers.append($0) }
        users.forEachCandidate(for: subject.userInfo.username) { numbers.append($0) }
        namespaces.forEachCandidate(for: subject.namespace) { numbers.append($0) }
        for group in subject.userInfo.groups { groups.forEachCandidate(for: group) { numbers.append($0) } }
        numbers.sort()
        return numbers
    }
}

extension GlobList {
    /// Whether there are globs, and each has something fixed at an end.
    fileprivate var isSelective: Bool {
        !isEmpty && globs.allSatisfy { $0.prefixLength != 0 || $0.suffixLength > 0 }
    }
}
