internal import JSONPull

/// Finds the files to read.
struct ManifestsScan {
    private let fileSystem: any FileSystem
    private let limits: ManifestsLimits
    /// In reading order: paths as given, names in a folder bytewise.
    private(set) var files: [ManifestFile] = []
    private var totalBytes = 0
    /// A file or folder that several links lead to counts once, and no loop of links is followed twice.
    private var visited: Set<FileStamp.Identity> = []

    init(fileSystem: any FileSystem, limits: ManifestsLimits) {
        self.fileSystem = fileSystem
        self.limits = limits
    }

    /// The files at and below `paths`.
    static func files(
        at paths: [String],
        fileSystem: any FileSystem,
        limits: ManifestsLimits
    ) throws(ManifestsError) -> [ManifestFile] {
        var scan = ManifestsScan(fileSystem: fileSystem, limits: limits)
        for path in paths { try scan.visit(path, depth: 0) }
        return scan.files
    }

    private mutating func visit(_ path: String, depth: Int) throws(ManifestsError) {
        let entry: FileEntry
        do throws(FileSystemError) {
            entry = try fileSystem.entry(at: path)
        } catch {
            throw ManifestsError(error, at: path)
        }
        switch entry.kind {
        case .folder: try visitFolder(path, entry.stamp, depth: depth)
        case .file: try add(path, entry.stamp)
        // One that was named, such as a shell's `<(…)`, is read; one that just lies there is not.
        case .other: if depth == 0 { try add(path, entry.stamp) }
        }
    }

    private mutating func visitFolder(_ path: String, _ stamp: FileStamp, depth: Int) throws(ManifestsError) {
        guard visited.insert(stamp.identity).inserted else { return }
        guard depth < limits.maximumDepth else {
            throw ManifestsError(
                path: path,
                reason: "more than \(limits.maximumDepth) folders deep",
                remedy: "name a folder further down"
            )
        }
        let names: [String]
        do throws(FileSystemError) {
            names = try fileSystem.names(in: path)
        } catch {
            throw ManifestsError(error, at: path)
        }
        let prefix = path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where !Self.isHidden(name) {
            let child = prefix + name
            var isWanted = Self.isManifest(name)
            if !isWanted { isWanted = try isFolder(child) }
            if isWanted { try visit(child, depth: depth + 1) }
        }
    }

    /// Hidden names are not for kubectl users either: `..data` of a mounted ConfigMap, `.git`, an editor's lock files.
    private static func isHidden(_ name: String) -> Bool { name.utf8.first == UInt8(ascii: ".") }

    private static func isManifest(_ name: String) -> Bool {
        [".yaml", ".yml", ".json"].contains { ExactString(name).ends(with: $0) }
    }

    /// A name that is of no interest may well lead nowhere.
    private func isFolder(_ path: String) throws(ManifestsError) -> Bool {
        do throws(FileSystemError) {
            return try fileSystem.entry(at: path).kind == .folder
        } catch {
            if error.code == .notFound || error.code == .tooManyLinks { return false }
            throw ManifestsError(error, at: path)
        }
    }

    private mutating func add(_ path: String, _ stamp: FileStamp) throws(ManifestsError) {
        guard visited.insert(stamp.identity).inserted else { return }
        files.append(ManifestFile(path: path, stamp: stamp))
        totalBytes += min(stamp.size, limits.maximumFileBytes)
        guard files.count <= limits.maximumFiles, totalBytes <= limits.maximumTotalBytes else {
            throw ManifestsError(
                path: path,
                reason: "more than \(limits.maximumFiles) files or \(limits.maximumTotalBytes >> 20) MiB in all",
                remedy: "name fewer folders, or delete manifests of finished runs"
            )
        }
    }
}
