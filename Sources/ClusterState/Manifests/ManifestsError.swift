/// Why manifests cannot be read at all.
package struct ManifestsError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The path it is about.
    package var path: String
    /// What is wrong there.
    package var reason: String
    /// How to put it right.
    package var remedy: String

    package init(path: String, reason: String, remedy: String) {
        self.path = path
        self.reason = reason
        self.remedy = remedy
    }

    package var description: String { "cannot read manifests from \(path): \(reason) (\(remedy))" }

    init(_ error: FileSystemError, at path: String) {
        let remedy =
            switch error.code {
            case .notFound: "correct the path, create it, or remove the broken link"
            case .notPermitted: "let this user read it"
            case .tooManyLinks: "remove links that point to each other"
            case .other: "check the file system"
            }
        self.init(path: path, reason: error.reason, remedy: remedy)
    }
}
