package import JSONPull

/// Reads manifests from files and folders.
package struct ManifestsSource: Sendable {
    private let fileSystem: any FileSystem
    private let limits: ManifestsLimits
    private let defaultNamespace: ExactString
    private let keepsUnnamed: Bool

    /// - Parameters:
    ///   - fileSystem: to read from.
    ///   - limits: what reading may cost.
    ///   - defaultNamespace: of objects that name none.
    ///   - keepsUnnamed: whether objects with only a `generateName` count.
    package init(
        fileSystem: any FileSystem = PosixFileSystem(),
        limits: ManifestsLimits = ManifestsLimits(),
        defaultNamespace: ExactString = "default",
        keepsUnnamed: Bool = false
    ) {
        self.fileSystem = fileSystem
        self.limits = limits
        self.defaultNamespace = defaultNamespace
        self.keepsUnnamed = keepsUnnamed
    }

    /// The files at and below `paths` in the order they are read: `.yaml`, `.yml` and `.json` in folders, and whatever
    /// is named itself; hidden names in folders are left out.
    package func files(at paths: [String]) throws(ManifestsError) -> [ManifestFile] {
        try ManifestsScan.files(at: paths, fileSystem: fileSystem, limits: limits)
    }

    /// The files at and below `path` that `ignored` does not leave out, with what cannot be read beside them.
    package func found(at path: String, ignoring ignored: IgnoreRules = IgnoreRules()) -> FoundManifests {
        ManifestsScan.found(at: path, fileSystem: fileSystem, limits: limits, ignored: ignored)
    }

    /// Reads the manifests at and below `paths`; blocks.
    ///
    /// Throws when a path or something in a folder cannot be read; a broken document is none of that but a problem in the
    /// report. The objects of `files` (those of `check`) stand over those of the manifests; a run there without a status
    /// takes over the one it has here.
    package func load(
        _ paths: [String],
        projection: RunProjection,
        under files: LoadedManifests? = nil
    ) throws(ManifestsError) -> LoadedManifests {
        try load(try self.files(at: paths), projection: projection, under: files)
    }

    /// The same of a person's files: what cannot be read below a path is told, and left out.
    ///
    /// Throws when a path itself cannot be read.
    package func loadReadable(
        _ paths: [String],
        projection: RunProjection,
        under overlay: LoadedManifests? = nil,
        onProblem: (ManifestsError) -> Void
    ) throws(ManifestsError) -> LoadedManifests {
        var files: [ManifestFile] = []
        for path in paths {
            let found = found(at: path)
            for problem in found.problems {
                if problem.path == path { throw problem }
                onProblem(problem)
            }
            files += found.files
        }
        return try load(files, projection: projection, under: overlay) {
            (error: ManifestsError) throws(ManifestsError) in
            if paths.contains(where: { $0 == error.path }) { throw error }
            onProblem(error)
        }
    }

    /// Reads these files.
    package func load(
        _ files: [ManifestFile],
        projection: RunProjection,
        under overlay: LoadedManifests? = nil,
        onUnreadable: (ManifestsError) throws(ManifestsError) -> Void = { error throws(ManifestsError) in throw error }
    ) throws(ManifestsError) -> LoadedManifests {
        var loaded = LoadedManifests(
            projection: projection,
            limits: limits,
            defaultNamespace: defaultNamespace,
            keepsUnnamed: keepsUnnamed
        )
        if let overlay { loaded.wantedStatuses = Set(overlay.runsWithoutStatus.keys) }
        for file in files {
            do throws(ManifestsError) {
                try read(file, into: &loaded)
            } catch {
                try onUnreadable(error)
            }
        }
        if let overlay { loaded.overlay(overlay) }
        loaded.complete()
        return loaded
    }

    private func read(_ file: ManifestFile, into loaded: inout LoadedManifests) throws(ManifestsError) {
        let text: [UInt8]?
        do throws(FileSystemError) {
            text = try fileSystem.contents(of: file.path, maximumBytes: limits.maximumFileBytes)
        } catch {
            throw ManifestsError(error, at: file.path)
        }
        guard let text else {
            let message = "larger than \(limits.maximumFileBytes >> 20) MiB (write the objects into several files)"
            return loaded.add(FileProblem(file: file.path, message: message))
        }
        // A pipe has no size that the scan could have summed up.
        guard loaded.report.bytes + text.count <= limits.maximumTotalBytes else {
            throw ManifestsError(
                path: file.path,
                reason: "more than \(limits.maximumTotalBytes >> 20) MiB in all",
                remedy: "name fewer folders, or delete manifests of finished runs"
            )
        }
        loaded.add(text, of: file)
    }
}
