internal import AdmissionAPI
internal import AgentRuns
internal import JSONPull

/// Which requests an override or an exemption is for; all lists that are given must match.
struct RequestMatch: Sendable {
    let namespaces: GlobList
    let names: GlobList
    let users: GlobList
    let groups: GlobList

    /// What is matched.
    ///
    /// A class because it is handed on: with `AdmissionRequest`, `RequestMatch.Request` and `HTTPResponse` as structures a request was 1.4%
    /// dearer (docs/performance-aims.md).
    final class Request: Sendable {
        let namespace: ExactString
        /// The name, or `generateName` where there is none yet.
        let name: ExactString
        let userInfo: UserInfo

        init(namespace: ExactString, name: ExactString, userInfo: UserInfo) {
            (self.namespace, self.name, self.userInfo) = (namespace, name, userInfo)
        }
    }

    /// Reads `match` of an override or an exemption.
    static func read(_ entry: inout PolicyEntry) -> RequestMatch {
        var part = entry.entry("match")
        let match = RequestMatch(&part)
        entry.adopt(part)
        return match
    }

    private init(_ entry: inout PolicyEntry) {
        namespaces = GlobList(entry.filledStrings("namespaces"))
        names = GlobList(entry.filledStrings("names"))
        users = GlobList(entry.filledStrings("users"))
        groups = GlobList(entry.filledStrings("groups"))
        entry.finish()
    }

    func matches(_ request: Request) -> Bool {
        (namespaces.isEmpty || namespaces.match(request.namespace) != nil)
            && (names.isEmpty || names.match(request.name) != nil)
            && (users.isEmpty || users.match(request.userInfo.username) != nil)
            && (groups.isEmpty || request.userInfo.groups.contains { groups.match($0) != nil })
    }
}
