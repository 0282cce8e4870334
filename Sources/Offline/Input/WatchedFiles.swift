internal import ClusterState

/// The files that a command reads, as they are at a moment: of two moments whether one of them has changed.
package struct WatchedFiles: Equatable {
    private let files: [ManifestFile]
    /// Paths that lead nowhere.
    private let missing: [String]

    /// - Parameters:
    ///   - paths: files, folders and patterns.
    ///   - excluded: what is left out of folders.
    package init(_ paths: [String], excluding excluded: [String] = []) {
        let ignored = IgnoreRules(excluding: excluded)
        var files: [ManifestFile] = []
        var missing: [String] = []
        for path in paths {
            var pattern = PathPattern(ignoring: ignored)
            let found = (try? pattern.paths(matching: path)) ?? []
            if found.isEmpty { missing.append(path) }
            for path in found {
                let found = ManifestsSource().found(at: path, ignoring: ignored)
                files += found.files
                missing += found.problems.map(\.path)
            }
        }
        self.files = files
        self.missing = missing
    }
}
