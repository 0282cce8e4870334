package import JSONPull

/// What `check --fix` did to files, beside what is left to say of their objects.
package struct FixReport {
    /// A file that was changed, or would be.
    package struct File {
        package let path: String
        /// Findings that are put right.
        package let count: Int
        package let diff: UnifiedDiff

        package init(path: String, count: Int, diff: UnifiedDiff) {
            (self.path, self.count, self.diff) = (path, count, diff)
        }
    }

    /// Whether nothing was written.
    package let isDry: Bool
    package private(set) var files: [File] = []
    /// Findings that a patch would put right, and whose texts stay as they are.
    package private(set) var leftAlone: [FileProblem] = []
    /// What is said of the objects as they are now, or would be.
    package var check = CheckReport()

    package init(isDry: Bool) {
        self.isDry = isDry
    }

    package mutating func add(_ file: File) { files.append(file) }

    package mutating func leave(_ problems: [FileProblem]) { leftAlone += problems }

    /// What goes to standard error.
    package var text: String {
        let lines = files.map { file in
            let count = "\(file.count) \(file.count == 1 ? "finding" : "findings")"
            return VisibleText.line("\(file.path): \(count) \(isDry ? "would be put right" : "put right")") + "\n"
        }
        return lines.joined() + leftAlone.lines
    }

    /// The changes of all files.
    package var diff: String { files.map(\.diff.text).joined() }
}
