internal import JSONPull

extension LoadedManifests {
    /// Takes over what `earlier` has from the files that are broken now: a slip of the pen must not free a branch.
    ///
    /// The objects keep the stamp of the file as it was when they were read.
    mutating func carryOver(from earlier: ClusterObjects, files earlierFiles: [ManifestFile?]) {
        guard !brokenFiles.isEmpty, projection == earlier.projection else { return }
        var places: [UInt32: UInt32] = [:]
        for (index, file) in earlierFiles.enumerated() {
            guard let file, brokenFiles.contains(ExactString(file.path)) else { continue }
            files.append(file)
            places[UInt32(index)] = UInt32(files.count - 1)
        }
        guard !places.isEmpty else { return }
        objects.merge(earlier, ObjectMerging(file: { places[$0] }, replaces: false))
        objects.noteJobs()
        complete()
    }
}
