internal import JSONPull

/// The files found at a path, and what was in the way.
package struct FoundManifests: Sendable {
    /// In reading order: names in a folder bytewise.
    package var files: [ManifestFile] = []
    /// What cannot be read; the rest was found all the same.
    package var problems: [ManifestsError] = []
    /// Files and folders that ignore rules leave out.
    package var excluded = 0
}

/// Finds the files to read.
struct ManifestsScan {
    private let fileSystem: any FileSystem
    private let limits: ManifestsLimits
    /// Whether what cannot be read is told with the rest, and does not end the search.
    private let isLenient: Bool
    private var ignored: IgnoreRules
    private var found = FoundManifests()
    private var totalBytes = 0
    /// A file or folder that several links lead to counts once, and no loop of links is followed twice.
    private var visited: Set<FileStamp.Identity> = []
    /// The path that was named, if a folder, with a slash at its end.
    private var root = ""

    private init(
        fileSystem: any FileSystem,
        limits: ManifestsLimits,
        ignored: IgnoreRules = IgnoreRules(),
        isLenient: Bool
    ) {
        self.fileSystem = fileSystem
        self.limits = limits
        self.ignored = ignored
        self.isLenient = isLenient
    }

    /// The files at and below `paths`; whatever is in the way is an error.
    static func files(
        at paths: [String],
        fileSystem: any FileSystem,
        limits: ManifestsLimits
    ) throws(ManifestsError) -> [ManifestFile] {
        var scan = ManifestsScan(fileSystem: fileSystem, limits: limits, isLenient: false)
        for path in paths { try scan.visit(path, depth: 0) }
        return scan.found.files
    }

    /// The files at and below `path` that are not ignored, as far as they can be found.
    static func found(
        at path: String,
        fileSystem: any FileSystem,
        limits: ManifestsLimits,
        ignored: IgnoreRules
    ) -> FoundManifests {
        var scan = ManifestsScan(fileSystem: fileSystem, limits: limits, ignored: ignored, isLenient: true)
        do throws(ManifestsError) {
            try scan.visit(path, depth: 0)
        } catch {
            scan.found.problems.append(error)
        }
        return scan.found
    }

    /// Tells a problem, or ends with it.
    private mutating func note(_ problem: ManifestsError) throws(ManifestsError) {
        guard isLenient else { throw problem }
        found.problems.append(problem)
    }

    private mutating func visit(_ path: String, depth: Int) throws(ManifestsError) {
        let entry: FileEntry
        do throws(FileSystemError) {
            entry = try fileSystem.entry(at: path)
        } catch {
            guard depth > 0 else { throw ManifestsError(error, at: path) }
            return try note(Self.problem(error, at: path))
        }
        if depth > 0, ignored.leavesOut(path, below: root, isFolder: entry.kind == .folder) {
            found.excluded += 1
            return
        }
        switch entry.kind {
        case .folder: try visitFolder(path, entry.stamp, depth: depth)
        case .file: try add(path, entry.stamp)
        // One that was named, such as a shell's `<(…)`, is read; one that just lies there might never end.
        case .other where depth == 0: try add(path, entry.stamp)
        case .other where isLenient:
            try note(
                ManifestsError(
                    path: path,
                    reason: "neither a file nor a folder",
                    remedy: "remove it, or name it itself"
                )
            )
        case .other: break
        }
    }

    private mutating func visitFolder(_ path: String, _ stamp: FileStamp, depth: Int) throws(ManifestsError) {
        guard visited.insert(stamp.identity).inserted else { return }
        guard depth < limits.maximumDepth else {
            return try note(
                ManifestsError(
                    path: path,
                    reason: "more than \(limits.maximumDepth) folders deep",
                    remedy: "name a folder further down"
                )
            )
        }
        let names: [String]
        do throws(FileSystemError) {
            names = try fileSystem.names(in: path)
        } catch {
            return try note(ManifestsError(error, at: path))
        }
        let prefix = path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
        if depth == 0 { root = prefix }
        let ignoredAbove = ignored.depth
        if isLenient, names.contains(where: { ExactString($0) == ExactString(IgnoreRules.fileName) }) {
            try readIgnored(in: prefix)
        }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where !Self.isHidden(name) {
            let child = prefix + name
            var isWanted = Self.isManifest(name) || isUnreadable(name)
            if !isWanted { isWanted = try isFolder(child) }
            if isWanted { try visit(child, depth: depth + 1) }
        }
        ignored.forget(from: ignoredAbove)
    }

    private mutating func readIgnored(in folder: String) throws(ManifestsError) {
        let path = folder + IgnoreRules.fileName
        let text: [UInt8]?
        do throws(FileSystemError) {
            text = try fileSystem.contents(of: path, maximumBytes: limits.maximumIgnoreBytes)
        } catch {
            return try note(ManifestsError(error, at: path))
        }
        guard let text else {
            let reason = "larger than \(limits.maximumIgnoreBytes >> 10) KiB"
            return try note(ManifestsError(path: path, reason: reason, remedy: "use fewer patterns"))
        }
        ignored.add(text, in: folder, atMost: limits.maximumIgnorePatterns)
    }

    /// Hidden names are not for kubectl users either: `..data` of a mounted ConfigMap, `.git`, an editor's lock files.
    private static func isHidden(_ name: String) -> Bool { name.utf8.first == UInt8(ascii: ".") }

    private static func isManifest(_ name: String) -> Bool {
        [".yaml", ".yml", ".json"].contains { ExactString(name).ends(with: $0) }
    }

    /// Whether a name without an extension is no UTF-8, which the system hands on repaired: it may be a folder's.
    private func isUnreadable(_ name: String) -> Bool {
        isLenient && name.unicodeScalars.contains("\u{FFFD}") && !name.utf8.contains(UInt8(ascii: "."))
    }

    /// What is wrong with a name that was found and leads nowhere.
    private static func problem(_ error: FileSystemError, at path: String) -> ManifestsError {
        guard error.code == .notFound, path.unicodeScalars.contains("\u{FFFD}") else {
            return ManifestsError(error, at: path)
        }
        return ManifestsError(path: path, reason: "the name is no UTF-8", remedy: "rename it")
    }

    /// A name that is of no interest may well lead nowhere.
    private mutating func isFolder(_ path: String) throws(ManifestsError) -> Bool {
        do throws(FileSystemError) {
            return try fileSystem.entry(at: path).kind == .folder
        } catch {
            if error.code == .notFound || error.code == .tooManyLinks { return false }
            try note(ManifestsError(error, at: path))
            return false
        }
    }

    private mutating func add(_ path: String, _ stamp: FileStamp) throws(ManifestsError) {
        guard visited.insert(stamp.identity).inserted else { return }
        found.files.append(ManifestFile(path: path, stamp: stamp))
        totalBytes += min(stamp.size, limits.maximumFileBytes)
        guard found.files.count <= limits.maximumFiles, totalBytes <= limits.maximumTotalBytes else {
            throw ManifestsError(
                path: path,
                reason: "more than \(limits.maximumFiles) files or \(limits.maximumTotalBytes >> 20) MiB in all",
                remedy: "name fewer folders, or delete manifests of finished runs"
            )
        }
    }
}
