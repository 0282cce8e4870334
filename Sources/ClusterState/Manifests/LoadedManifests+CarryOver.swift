internal import AgentRuns
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
        earlier.runs.forEachRun { run in
            guard let file = places[run.file], objects.runs.run(run.key) == nil else { return }
            objects.runs.insert(run.from(file: file), branches: earlier.runs.branches(of: run.key))
        }
        carryOver(from: earlier, places, \.implementationSpecs)
        carryOver(from: earlier, places, \.agents)
        carryOver(from: earlier, places, \.agentProviders)
        carryOver(from: earlier, places, \.versionControlProviders)
        carryOver(from: earlier, places, \.memories)
        carryOver(from: earlier, places, \.secretBindings)
        carryOver(from: earlier, places, \.secrets)
        for (key, job) in earlier.jobs.table where objects.jobs.table[key] == nil {
            if let file = places[job.file] { objects.insertJob(job.object, at: key, file: file) }
        }
        objects.noteJobs()
        complete()
    }

    private mutating func carryOver<Object>(
        from earlier: ClusterObjects,
        _ places: [UInt32: UInt32],
        _ table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<Object>>
    ) {
        for (key, value) in earlier[keyPath: table] where objects[keyPath: table][key] == nil {
            guard let file = places[value.file] else { continue }
            objects[keyPath: table][key] = ClusterObjects.Filed(object: value.object, file: file)
        }
    }
}
