internal import AgentRuns
internal import JSONPull

/// A run that is over holds its branches until none of its Jobs is active (`RULES.md` section 3.2).
extension ClusterObjects {
    mutating func put(_ job: RunnerJob, at key: ObjectKey, file: UInt32) {
        let before = jobs.run(of: key)
        jobs.put(job, at: key, file: file)
        let after = jobs.run(of: key)
        if let before, before != after { noteJobs(of: before) }
        if let after { noteJobs(of: after) }
    }

    /// Adds an active Job of the run of that name.
    mutating func insertJob(_ runName: ExactString, at key: ObjectKey, file: UInt32) {
        removeJob(key)
        let run = ObjectKey(namespace: key.namespace, name: runName)
        jobs.insert(run, at: key, file: file)
        noteJobs(of: run)
    }

    mutating func removeJob(_ key: ObjectKey) {
        guard let run = jobs.run(of: key) else { return }
        jobs.remove(key)
        noteJobs(of: run)
    }

    /// Forgets all Jobs, or those of one namespace.
    mutating func removeJobs(in namespace: ExactString?) {
        var none = ClusterObjects(projection: projection)
        takeOverJobs(in: namespace, from: &none)
    }

    /// Takes all Jobs, or those of one namespace, from `other`, which has none beside them.
    mutating func takeOverJobs(in namespace: ExactString?, from other: inout ClusterObjects) {
        if let namespace {
            for (key, job) in jobs.table where key.namespace != namespace {
                other.jobs.insert(ObjectKey(namespace: key.namespace, name: job.object), at: key, file: job.file)
            }
        }
        swap(&jobs, &other.jobs)
        for run in other.jobs.runs { noteJobs(of: run) }
        noteJobs()
    }

    /// Brings all runs in line with the Jobs, which another set of runs took the place of.
    mutating func noteJobs() {
        for run in jobs.runs { noteJobs(of: run) }
    }

    /// Brings one run in line with its Jobs.
    mutating func noteJobs(of run: ObjectKey) {
        runs.setLingering(run, jobs.isActive(run))
    }
}
