import Foundation

/// A folder of a test's own, removed with it.
final class Folder: Sendable {
    let url: URL

    /// Makes it empty, or with the content of another folder.
    init(copying source: URL? = nil) throws {
        url = FileManager.default.temporaryDirectory.appending(path: "deploy-tests-\(UUID().uuidString)")
        if let source {
            try FileManager.default.copyItem(at: source, to: url)
        } else {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }
}

/// Files of the repository.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let deploy = root.appending(path: "deploy")

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
