internal import ClusterState
internal import JSONPull
internal import Policy
package import Reports

extension Check {
    /// Judges what is there, puts right in files what is mechanical, and judges again.
    ///
    /// - Parameters:
    ///   - arguments: files, folders and patterns.
    ///   - isDry: nothing is written; what is said at the end is of the texts as they would be.
    /// - Returns: what was changed, and what is left to say.
    /// - Throws: ``CommandFailure`` when the cluster state cannot be read; what else goes wrong is in the report.
    package func fix(_ arguments: [String], isDry: Bool) throws(CommandFailure) -> FixReport {
        var report = FixReport(isDry: isDry)
        let input = read(arguments)
        let judged = try judge(input).judged
        var failures: [FileProblem] = []
        var texts: [ExactString: [UInt8]] = [:]
        for (source, objects) in Self.bySource(judged) where objects.contains(where: \.hasPatch) {
            do throws(FileReplacement.Failure) {
                let fixes = try fixes(of: source, objects, isDry: isDry)
                if !fixes.edits.isEmpty {
                    report.add(FixReport.File(path: source, count: fixes.count, diff: fixes.diff))
                    texts[ExactString(source)] = fixes.newText
                }
                report.leave(fixes.leftAlone)
            } catch {
                switch error {
                case .leftAlone(let reason):
                    report.leave(FileFixes(leaving: source, objects, reason).leftAlone)
                case .failed(let reason):
                    failures.append(
                        FileProblem(file: source, message: "cannot be written: \(reason) (nothing is changed)")
                    )
                }
            }
        }
        report.check = try self.report(read(arguments, texts: isDry ? texts : [:], input))
        for failure in failures { report.check.add(failure) }
        return report
    }

    private func fixes(
        of source: String,
        _ objects: [FileFixes.Judged],
        isDry: Bool
    ) throws(FileReplacement.Failure) -> FileFixes {
        if source == "-" { throw .leftAlone("standard input cannot be changed: name a file") }
        if objects.contains(where: { $0.item.kind == .review }) { throw .leftAlone("a review is a record") }
        let file = try FileReplacement(of: source)
        let text: [UInt8]?
        do throws(FileSystemError) {
            text = try PosixFileSystem().contents(of: source, maximumBytes: ManifestsLimits().maximumFileBytes)
        } catch {
            throw .failed(error.reason)
        }
        guard let text else { throw .leftAlone("it has changed meanwhile: try again") }
        let fixes = FileFixes(of: source, text: text, objects)
        if !isDry, !fixes.edits.isEmpty { try file.write(fixes.newText) }
        return fixes
    }

    /// The objects of each file, in order; of one that was named twice those of the first time.
    private static func bySource(_ judged: [(item: CheckItem, entry: JudgedObject?)]) -> [(String, [FileFixes.Judged])]
    {
        var order: [String] = []
        var objects: [ExactString: [FileFixes.Judged]] = [:]
        var counts: [ExactString: Int] = [:]
        var starts: [ExactString: Set<String>] = [:]
        for (item, entry) in judged {
            let source = ExactString(item.source)
            // No two objects of a file start at one place.
            guard starts[source, default: []].insert("\(item.start)").inserted else { continue }
            if objects[source] == nil { order.append(item.source) }
            let index = counts[source, default: 0]
            counts[source] = index + 1
            objects[source, default: []] += entry.map { [FileFixes.Judged(item: item, entry: $0, index: index)] } ?? []
        }
        return order.map { ($0, objects[ExactString($0)] ?? []) }
    }
}

extension FileFixes.Judged {
    /// Whether anything can be put right by a patch.
    fileprivate var hasPatch: Bool { entry.ruleFindings.contains { !$0.patch.isEmpty } }
}

/// Files some of which are as they would be.
struct ChangedFiles: FileSystem {
    let texts: [ExactString: [UInt8]]
    private let base = PosixFileSystem()

    init(_ texts: [ExactString: [UInt8]]) {
        self.texts = texts
    }

    func entry(at path: String) throws(FileSystemError) -> FileEntry { try base.entry(at: path) }

    func names(in folder: String) throws(FileSystemError) -> [String] { try base.names(in: folder) }

    func contents(of path: String, maximumBytes: Int) throws(FileSystemError) -> [UInt8]? {
        if let text = texts[ExactString(path)] { return text }
        return try base.contents(of: path, maximumBytes: maximumBytes)
    }
}
