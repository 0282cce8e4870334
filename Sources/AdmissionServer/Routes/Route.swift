internal import HTTPServer

/// What the server answers, and where.
enum Route: CaseIterable {
    case validate
    case livez
    case readyz
    case version

    /// The path, compared without the query: a kube-apiserver always adds `?timeout=…`.
    var path: String {
        switch self {
        case .validate: "/validate"
        case .livez: "/livez"
        case .readyz: "/readyz"
        case .version: "/version"
        }
    }

    /// The methods it takes.
    var methods: [HTTPRequestMethod] {
        switch self {
        case .validate: [.post]
        case .livez, .readyz, .version: [.get, .head]
        }
    }

    /// The route of a path; nil when there is none.
    init?(path: String) {
        guard let route = Self.allCases.first(where: { $0.path == path }) else { return nil }
        self = route
    }

    /// The value of `Allow` (RFC 9110, section 10.2.1).
    var allow: String { methods.map(\.name).joined(separator: ", ") }

    /// Every route with its first method, for the client that asked for something else.
    static let summary = allCases.map { "\($0.methods[0].name) \($0.path)" }.joined(separator: ", ")
}
