internal import JSONPull

/// Which files of folders are left out: what `--exclude` says, and files called `.agentrunignore`, as git reads `.gitignore`.
///
/// A file that is named itself is never left out.
package struct IgnoreRules: Sendable {
    /// The name of the files that say what is left out of their folder and those below.
    package static let fileName = ".agentrunignore"

    private struct Layer: Sendable {
        /// The folder, empty or with a slash at its end; names behind it are what patterns are about.
        var folder: String
        var patterns: [IgnorePattern]
    }

    private var layers: [Layer] = []
    private let excluded: [IgnorePattern]

    /// - Parameter excluded: patterns that go before those of files, from the folder that was named and from the working folder.
    package init(excluding excluded: [String] = []) {
        self.excluded = excluded.compactMap { IgnorePattern(Array($0.utf8)[...]) }
    }

    var depth: Int { layers.count }

    /// Adds what a file in `folder` says.
    mutating func add(_ text: [UInt8], in folder: String, atMost count: Int) {
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
        layers.append(Layer(folder: folder, patterns: Array(lines.lazy.compactMap { IgnorePattern($0) }.prefix(count))))
    }

    /// Forgets files that were added later than the first `depth` ones.
    mutating func forget(from depth: Int) {
        layers.removeSubrange(depth...)
    }

    /// Whether `path`, found below `root` (empty, or with a slash at its end), is left out; of several patterns the last counts.
    package func leavesOut(_ path: String, below root: String = "", isFolder: Bool) -> Bool {
        if layers.isEmpty, excluded.isEmpty { return false }
        if !excluded.isEmpty {
            let places = [Self.names(of: path, behind: root), Self.names(of: path, behind: "")]
            let found = excluded.last { pattern in places.contains { pattern.matches($0, isFolder: isFolder) } }
            if let found { return !found.isNegated }
        }
        for layer in layers.reversed() {
            let names = Self.names(of: path, behind: layer.folder)
            if let found = layer.patterns.last(where: { $0.matches(names, isFolder: isFolder) }) {
                return !found.isNegated
            }
        }
        return false
    }

    private static func names(of path: String, behind folder: String) -> [ArraySlice<UInt8>] {
        let path = ExactString(path)
        let rest = path.dropping(prefix: ExactString(folder)) ?? path
        return Array(rest.string.utf8).split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
    }
}
