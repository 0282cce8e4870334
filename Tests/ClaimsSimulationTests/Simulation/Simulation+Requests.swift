import AgentRuns
import JSONPull
import Policy
import SimulationSupport

@testable import ClusterState

// MARK: The API server's side of a request, and the webhook's review of it

extension Simulation {
    mutating func start(_ request: Request) {
        var request = request
        request.startedAt = now
        attempt(request)
    }

    /// Calls the webhook for an object with a uid of its own.
    private mutating func attempt(_ request: Request) {
        guard request.attemptsLeft > 0,
            let replica = replicas.indices.filter({ replicas[$0].isUp }).randomElement(using: &random)
        else { return }
        // What is no template any more has another update than this.
        if request.removesAnnotation, !isAnnotated(request) { return }
        var request = request
        request.attemptsLeft -= 1
        let number = attempts.count
        let uid = request.updates ?? ExactString("uid-\(number)")
        attempts.append(Attempt(request: request, uid: uid))
        if request.isDryRun { dryRuns.insert(uid) }
        // Mutating webhooks come before.
        let arrival = now + (random.happens(300) ? random.draw(0...15_000) : random.draw(0...200))
        queue.add(.review(number, replica: replica), at: arrival)
        guard random.happens(isCalm ? 0 : 100) else { return }
        let other = Int(random.next() % UInt64(replicas.count))
        queue.add(.review(number, replica: other), at: arrival + random.draw(0...2000))
    }

    /// A review reaches a replica.
    mutating func review(_ number: Int, _ replica: Int) {
        let attempt = attempts[number]
        let scope = replicas[replica].scope
        guard replicas[replica].isUp, !replicas[replica].isClaiming(number) else {
            return queue.add(.decided(number, isAdmitted: false, scope), at: now + 1)
        }
        // A dry run is answered at once and claims nothing.
        guard !attempt.request.isDryRun else { return }
        // The rule does not admit a run of more branches than can be claimed for one.
        let request = attempt.request
        guard request.written.count + request.derived.count <= BranchKey.maximumOfRun else {
            let isAdmitted = readingFlaws.contains(.claimsNoneOfMany)
            return queue.add(.decided(number, isAdmitted: isAdmitted, scope), at: now + 1)
        }
        guard let wanted = wish(attempt, scope) else {
            return queue.add(.decided(number, isAdmitted: true, scope), at: now + 1)
        }
        scopes[Delivery(review: number, replica: replica)] = scope
        replicas[replica].claim(number, wanted, within: random.pick([5000, 9000, 29_000]))
    }

    /// What the webhook claims for a request; nil for nothing.
    private func wish(_ attempt: Attempt, _ scope: BranchClaimScope) -> RunAcquisition.Request? {
        let request = attempt.request
        let run = SimulatedRun(key: request.key, uid: attempt.uid, written: request.written, derived: request.derived)
        let sharesAll = readingFlaws.contains(.sharesAll) && !request.shared.isEmpty
        let claims = BranchClaims(
            namespace: request.key.namespace,
            name: request.key.name,
            uid: attempt.uid,
            branches: run.allBranches,
            createdAt: nil,
            scope: sharesAll ? .shared : scope == .cluster ? .cluster : .namespace,
            shared: request.shared,
            isUpdate: request.updates != nil
        )
        return claims.request(written: run.shown)
    }

    /// The claims of a review are decided.
    mutating func finish(_ number: Int, _ result: RunAcquisition.Result, _ replica: Int) {
        for case .conflict in result.outcomes { conflicts += 1 }
        let isAdmitted = result.decision == .held
        let scope = scopes.removeValue(forKey: Delivery(review: number, replica: replica)) ?? scope
        queue.add(.decided(number, isAdmitted: isAdmitted, scope), at: now + random.draw(1...100))
        if !isAdmitted { replicas[replica].release(result) }
    }

    /// The API server has the webhook's answer; the first one counts.
    mutating func decided(_ number: Int, isAdmitted: Bool, _ scope: BranchClaimScope) {
        guard !attempts[number].isDecided else { return }
        attempts[number].isDecided = true
        attempts[number].scope = scope
        let request = attempts[number].request
        guard isAdmitted, now <= request.startedAt + Self.requestLimit else { return }
        // Another webhook denies, or the client goes away.
        guard !random.happens(150) else { return }
        let limit = request.startedAt + Self.storageLimit
        let time = random.pick([now, now, limit, limit, random.draw(now...max(now, limit))])
        queue.add(.store(number), at: max(now, time))
    }

    /// Storage: the name may be taken, or the object too large.
    mutating func store(_ number: Int) {
        let attempt = attempts[number]
        let request = attempt.request
        if let uid = request.updates, request.removesAnnotation { return revive(attempt, uid) }
        if let uid = request.updates {
            let isStored = cluster.update(request.key, uid: uid) { run in
                run.written = request.written
                run.derived = request.derived
                run.shared = request.shared
                run.scope = attempt.scope
            }
            if isStored { storedRuns += 1 }
            return
        }
        let mayRetry = now <= request.startedAt + Self.requestLimit
        if random.happens(80), mayRetry { return self.attempt(request) }
        let run = SimulatedRun(
            key: request.key,
            uid: attempt.uid,
            written: request.written,
            derived: request.derived,
            shared: request.shared,
            scope: attempt.scope
        )
        guard cluster.store(run) else {
            guard request.generatesName, mayRetry else { return }
            var next = request
            next.key.name = ExactString("\(request.key.name)-\(number)")
            return self.attempt(next)
        }
        storedRuns += 1
        live(run)
    }

    private func isAnnotated(_ request: Request) -> Bool {
        guard let run = cluster.runs[request.key], run.uid == request.updates else { return false }
        return run.standing == .template || run.standing == .annotated
    }

    /// A template becomes a run: one at work at once, another when the controller takes notice.
    private mutating func revive(_ attempt: Attempt, _ uid: ExactString) {
        let request = attempt.request
        let isStored = cluster.update(request.key, uid: uid, from: [.template, .annotated]) { run in
            run.standing = run.standing == .annotated ? .active : .becoming
            run.written = request.written
            run.derived = request.derived
            run.shared = request.shared
            run.scope = attempt.scope
        }
        guard isStored, let run = cluster.runs[request.key] else { return }
        revivals += 1
        let begin = now + random.draw(0...60_000)
        trouble(until: begin)
        queue.add(.begin(run.key, uid: uid), at: begin)
        live(run)
    }

    /// Draws whether and when a run becomes a template and a run again.
    private mutating func turn(_ run: SimulatedRun) {
        guard random.happens(200) else { return }
        let mark = now + random.draw(0...40_000)
        queue.add(.annotate(run.key, uid: run.uid), at: mark)
        var request = Request(key: run.key, written: [random.pick(branches)], derived: [], updates: run.uid)
        if random.happens(200) { swap(&request.written, &request.derived) }
        request.removesAnnotation = true
        let time = mark + random.draw(0...30_000)
        lastRequestEnd = max(lastRequestEnd, time + Self.storageLimit)
        queue.add(.start(request), at: time)
    }

    /// Draws what becomes of a run.
    mutating func live(_ run: SimulatedRun) {
        turn(run)
        if random.happens(300) {
            let start = now + random.draw(0...5000)
            let end = start + random.pick([random.draw(1...20_000), random.draw(1...120_000)])
            queue.add(.startJob(run.key, uid: run.uid, endsAt: end), at: start)
        }
        if random.happens(500) {
            queue.add(.settle(run.key, uid: run.uid), at: now + random.draw(100...20_000))
        }
        if random.happens(250), run.derived.isEmpty {
            let request = Request(key: run.key, written: [random.pick(branches)], derived: [], updates: run.uid)
            let time = now + random.draw(100...30_000)
            lastRequestEnd = max(lastRequestEnd, time + Self.storageLimit)
            queue.add(.start(request), at: time)
        }
        guard random.happens(850) else { return }
        let end = now + random.pick([random.draw(0...2000), random.draw(0...60_000)])
        trouble(until: end)
        let deletes = random.happens(400)
        queue.add(.end(run.key, uid: run.uid, deletes: deletes), at: end)
        if !deletes, random.happens(400) {
            let gone = end + random.draw(0...20_000)
            trouble(until: gone)
            queue.add(.end(run.key, uid: run.uid, deletes: true), at: gone)
        }
    }
}
