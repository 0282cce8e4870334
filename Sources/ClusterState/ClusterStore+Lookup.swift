package import AgentRuns
package import JSONPull
package import Policy

extension ClusterStore {
    /// A list and watch knows a kind once it was listed; manifests do when they have an object of it.
    package func isKnown(_ kind: ReferencedKind, in namespace: ExactString) -> Bool {
        let kind = ClusterKind(kind)
        return withState { state in
            switch state.owner {
            case .process: state.objects.count(of: kind) > 0
            case .cluster: state.sources.isKnown(kind, in: namespace)
            }
        }
    }

    package func implementation(_ name: ExactString, in namespace: ExactString) -> Implementation? {
        withState { state in
            state.objects.implementationSpecs[ObjectKey(namespace: namespace, name: name)]?.object.implementation
        }
    }

    package func agent(_ name: ExactString, in namespace: ExactString) -> Agent? {
        withState { state in state.objects.agents[ObjectKey(namespace: namespace, name: name)]?.object }
    }

    package func agentProvider(_ name: ExactString, in namespace: ExactString) -> AgentProvider? {
        withState { state in state.objects.agentProviders[ObjectKey(namespace: namespace, name: name)]?.object }
    }

    package func versionControlProvider(
        _ name: ExactString,
        in namespace: ExactString
    ) -> VersionControlProvider? {
        withState { state in
            state.objects.versionControlProviders[ObjectKey(namespace: namespace, name: name)]?.object
        }
    }

    package func memory(_ name: ExactString, in namespace: ExactString) -> Memory? {
        withState { state in state.objects.memories[ObjectKey(namespace: namespace, name: name)]?.object }
    }

    package func defaultMemory(in namespace: ExactString) -> Memory? {
        withState { state in state.objects.defaultMemories[namespace]?.first }
    }

    package func secretBindings(in namespace: ExactString) -> [SecretBinding] {
        withState { state in state.objects.bindingsOfNamespace[namespace] }?.values ?? []
    }

    package func hasSecret(_ name: ExactString, in namespace: ExactString) -> Bool {
        withState { state in state.objects.secrets[ObjectKey(namespace: namespace, name: name)] != nil }
    }

    package func holders(of key: IdempotencyKey, otherThan name: ExactString) -> IdempotencyKeyHolders? {
        withState { state in
            state.expireReservations(clock)
            return state.holders(of: key, otherThan: ObjectKey(namespace: key.namespace, name: name))
        }
    }

    package func runCounts(
        agent: ExactString?,
        repository: ExactString?,
        otherThan name: ExactString,
        in namespace: ExactString
    ) -> RunCounts {
        withState { state in
            state.objects.runs.counts(
                agent: agent,
                repository: repository,
                otherThan: ObjectKey(namespace: namespace, name: name)
            )
        }
    }

    /// Whether the run of that name is known and over.
    package func isOver(_ key: ObjectKey) -> Bool {
        standing(key) == .over
    }

    /// How the run of that name stands; nil when it is not known.
    package func standing(_ key: ObjectKey) -> RunStanding? {
        withState { state in state.objects.runs.standing(of: key) }
    }

    package func holders(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchHolders? {
        withState { state in
            state.expireReservations(clock)
            return state.holders(of: branch, otherThan: ObjectKey(namespace: namespace, name: name), scope: scope)
        }
    }

    package func holdersOnPath(
        of branch: BranchKey,
        otherThan name: ExactString,
        in namespace: ExactString,
        scope: ExactString?
    ) -> BranchPathHolders? {
        let paths = BranchPaths(of: branch)
        return withState { state in
            state.expireReservations(clock)
            let own = ObjectKey(namespace: namespace, name: name)
            return state.holders(on: paths, otherThan: own, scope: scope)
        }
    }

    package func jobNamesakes(of name: ExactString, in namespace: ExactString) -> BranchHolders? {
        withState { state in
            state.expireReservations(clock)
            return state.jobNamesakes(of: ObjectKey(namespace: namespace, name: name))
        }
    }
}

extension ClusterStore.State {
    /// Costs as much as there are holders of that one branch.
    fileprivate func holders(of branch: BranchKey, otherThan key: ObjectKey, scope: ExactString?) -> BranchHolders? {
        var first: RunRecord?
        var count = 0
        forEachHolder(of: branch, otherThan: key, scope: scope) { run in
            count += 1
            if let found = first, found.key < run.key { return true }
            first = run
            return true
        }
        return first.map { BranchHolders(first: holder($0), count: count) }
    }

    /// Costs as much as there are such holders, up to a limit.
    fileprivate func holders(
        on paths: BranchPaths,
        otherThan key: ObjectKey,
        scope: ExactString?
    ) -> BranchPathHolders? {
        var first: (run: RunRecord, head: ExactString)?
        var count = 0
        func visit(_ run: RunRecord, _ head: ExactString) -> Bool {
            if let scope, scope != run.namespace { return true }
            count += 1
            if let found = first, (found.run.key, found.head) <= (run.key, head) {
                return count < BranchPathHolders.maximumCount
            }
            first = (run, head)
            return count < BranchPathHolders.maximumCount
        }
        objects.runs.forEachHolder(on: paths, otherThan: key, visit)
        if count < BranchPathHolders.maximumCount {
            reservations.runs.forEachHolder(on: paths, otherThan: key) { run, head in
                objects.runs.holds(BranchKey(repository: paths.branch.repository, head: head), run.key)
                    || visit(run, head)
            }
        }
        return first.map { BranchPathHolders(first: holder($0.run), head: $0.head, count: count) }
    }

    /// Costs as much as there are such runs, up to a limit.
    fileprivate func jobNamesakes(of key: ObjectKey) -> BranchHolders? {
        var first: RunRecord?
        var count = 0
        func visit(_ run: RunRecord) -> Bool {
            count += 1
            if first.map({ run.key < $0.key }) ?? true { first = run }
            return count < BranchHolders.maximumJobNameCount
        }
        objects.runs.forEachRun(withJobNameOf: key, visit)
        if count < BranchHolders.maximumJobNameCount {
            reservations.runs.forEachRun(withJobNameOf: key) { run in
                // What the source has under that name is the same run, and it knows more.
                objects.runs.run(run.key) != nil || visit(run)
            }
        }
        return first.map { BranchHolders(first: holder($0), count: count) }
    }

    /// Whether a run other than `key` holds `branch`.
    func isHeld(_ branch: BranchKey, byOtherThan key: ObjectKey, scope: ExactString?) -> Bool {
        var isHeld = false
        forEachHolder(of: branch, otherThan: key, scope: scope) { _ in
            isHeld = true
            return false
        }
        return isHeld
    }

    /// Calls `body` once for every run but `key` that holds `branch` by the source or by its reservation, until it answers
    /// false.
    func forEachHolder(
        of branch: BranchKey,
        otherThan key: ObjectKey? = nil,
        scope: ExactString?,
        _ body: (RunRecord) -> Bool
    ) {
        var goesOn = true
        func visit(_ run: RunRecord) -> Bool {
            if let scope, scope != run.namespace { return true }
            goesOn = body(run)
            return goesOn
        }
        let hash = BranchPaths.hash(of: branch)
        objects.runs.forEachHolder(of: branch, hash: hash, otherThan: key) { visit($0) }
        guard goesOn else { return }
        reservations.runs.forEachHolder(of: branch, hash: hash, otherThan: key) { run in
            objects.runs.holds(branch, run.key) || visit(run)
        }
    }

    /// Costs as much as there are runs with that one key.
    func holders(of key: IdempotencyKey, otherThan own: ObjectKey) -> IdempotencyKeyHolders? {
        var first: RunRecord?
        var isInUse = false
        var count = 0
        func visit(_ run: RunRecord) -> Bool {
            if run.isNamed(own) { return true }
            count += 1
            let isActive = run.facts.contains(.active)
            if let found = first, isInUse != isActive ? isInUse : found.key < run.key { return true }
            first = run
            isInUse = isInUse || isActive
            return true
        }
        let digest = RunRecord.digest(key)
        objects.runs.forEachRun(withKey: digest, visit)
        reservations.runs.forEachRun(withKey: digest) { run in
            // What the source has under that name is the same run, and it knows more.
            objects.runs.run(run.key) != nil || visit(run)
        }
        return first.map { IdempotencyKeyHolders(first: holder($0), isInUse: isInUse, count: count) }
    }

    /// Phase and age are the source's once the run is there.
    func holder(_ run: RunRecord) -> BranchHolder {
        let known = objects.runs.run(run.key).flatMap { $0.mayBe(uid: run.uid) ? $0 : nil } ?? run
        return BranchHolder(
            namespace: run.namespace,
            name: UnnamedObject.shown(run.name),
            phase: known.phase,
            createdAt: known.createdAt ?? run.createdAt,
            job: known.facts.standing.needsClaims ? nil : objects.jobs.first(of: run.key)
        )
    }
}

extension ClusterKind {
    fileprivate init(_ kind: ReferencedKind) {
        switch kind {
        case .implementationSpec: self = .implementationSpec
        case .agent: self = .agent
        case .agentProvider: self = .agentProvider
        case .versionControlProvider: self = .versionControlProvider
        case .memory: self = .memory
        case .secret: self = .secret
        }
    }
}
