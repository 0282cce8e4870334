import AgentRuns
import JSONPull
import Policy
import Testing

@testable import ClusterState

private let runs = ClusterSource(kind: .agentRun, namespace: nil)
private let jobs = ClusterSource(kind: .job, namespace: nil)

/// A Job as one line of JSON; `condition` is a true one.
private func jobJSON(
    _ name: String,
    of run: String? = "a",
    namespace: String = "agents",
    condition: String? = nil
) -> String {
    let labels = run.map { ",\"labels\":{\"agents.proompteng.ai/agent-run\":\"\($0)\"}" } ?? ""
    let conditions = condition.map { "{\"type\":\"\($0)\",\"status\":\"True\"}" } ?? ""
    return """
        {"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"\(name)","namespace":"\(namespace)"\(labels)},\
        "status":{"conditions":[\(conditions)]}}
        """
}

private let over = "{\"phase\":\"Failed\"}"

private func store(_ sources: [ClusterSource] = [runs, jobs]) -> ClusterStore {
    ClusterStore(
        repositoryOptions: RepositoryName.Options(),
        generation: .august2026,
        owner: .cluster(sources),
        reservations: ReservationLimits(lifetimeMilliseconds: 1000),
        clock: { 0 }
    )
}

extension ClusterStore {
    fileprivate func list(_ objects: [String], of source: ClusterSource) {
        var staged = stage(source)
        for object in objects { _ = unsafe Array(object.utf8).withUnsafeBytes { unsafe staged.add($0) } }
        replace(with: staged, heardAt: 0)
    }

    @discardableResult
    fileprivate func watch(
        _ operation: ClusterChange.Operation,
        _ object: String,
        of source: ClusterSource
    ) -> RunNews? {
        let change = unsafe Array(object.utf8).withUnsafeBytes {
            unsafe ClusterChange(operation, $0, of: source, projection: projection)
        }
        apply([change].compactMap { $0 }, of: source, heardAt: 0)
        return change?.runNews
    }

    fileprivate var job: String? { holders(of: branch(), otherThan: "", in: "", scope: nil)?.first.job?.string }
}

@Suite struct `Jobs of runs` {
    @Test(arguments: [
        ("{}", true), ("{\"status\":null}", true), ("{\"status\":{\"conditions\":null}}", true),
        ("{\"spec\":{\"suspend\":true},\"status\":{\"active\":0}}", true),
        ("{\"status\":{\"conditions\":[{\"type\":\"Complete\",\"status\":\"True\"}]}}", false),
        (
            "{\"status\":{\"conditions\":[{\"type\":\"Suspended\",\"status\":\"True\"},{\"status\":\"True\",\"type\":\"Failed\"}]}}",
            false
        ),
        ("{\"status\":{\"conditions\":[{\"type\":\"Failed\",\"status\":\"False\"}]}}", true),
        ("{\"status\":{\"conditions\":[{\"type\":\"FailureTarget\",\"status\":\"True\"}]}}", true),
        ("{\"status\":{\"conditions\":[{\"type\":\"SuccessCriteriaMet\",\"status\":\"True\"}]}}", true),
        ("{\"status\":{\"conditions\":[{\"type\":\"Complete\",\"status\":true}]}}", true),
        ("{\"status\":{\"conditions\":{\"type\":\"Complete\",\"status\":\"True\"}}}", true),
    ])
    func `are active until a condition says that they are complete or have failed`(json: String, isActive: Bool) throws
    {
        #expect(try JSONReader.read(Array(json.utf8), RunnerJob.init).isActive == isActive)
    }

    @Test func `name their run by the label`() throws {
        #expect(try JSONReader.read(Array(jobJSON("j").utf8), RunnerJob.init).runName == "a")
        #expect(try JSONReader.read(Array(jobJSON("j", of: nil).utf8), RunnerJob.init).runName == nil)
        #expect(try JSONReader.read(Array(jobJSON("j", of: "").utf8), RunnerJob.init).runName == nil)
    }

    @Test func `hold the branches of a run that is over, whichever is seen first`() {
        for jobsFirst in [false, true] {
            let store = store()
            store.list([], of: runs)
            store.list([], of: jobs)
            if jobsFirst { store.watch(.put, jobJSON("j"), of: jobs) }
            store.watch(.put, runJSON("a", status: "{\"phase\":\"Running\"}"), of: runs)
            #expect(store.job == nil)
            store.watch(.put, runJSON("a", status: over), of: runs)
            if !jobsFirst {
                #expect(store.holder() == nil)
                store.watch(.put, jobJSON("j"), of: jobs)
            }
            #expect(store.holder() == "agents/a of 1")
            #expect(store.job == "j")
            store.watch(.put, jobJSON("i"), of: jobs)
            #expect(store.job == "i")
            store.watch(.put, jobJSON("i", condition: "Failed"), of: jobs)
            #expect(store.job == "j")
            store.watch(.put, jobJSON("j", condition: "Complete"), of: jobs)
            #expect(store.holder() == nil)
            #expect(store.count(of: .job) == 0)
        }
    }

    @Test func `hold nothing of a run that is not over, of another run, and of another namespace`() {
        let store = store()
        store.list([runJSON("a", status: over), runJSON("b", head: "codex/y")], of: runs)
        store.list([jobJSON("j", of: "b"), jobJSON("k", namespace: "other"), jobJSON("l", of: nil)], of: jobs)
        #expect(store.holder() == nil)
        #expect(store.holder(branch("codex/y")) == "agents/b of 1")
        store.watch(.delete, jobJSON("j", of: "b"), of: jobs)
        #expect(store.holder(branch("codex/y")) == "agents/b of 1")
    }

    @Test func `may change their run`() {
        let store = store()
        store.list([runJSON("a", status: over), runJSON("b", head: "codex/y", status: over)], of: runs)
        store.list([jobJSON("j")], of: jobs)
        #expect(store.holder() == "agents/a of 1")
        store.watch(.put, jobJSON("j", of: "b"), of: jobs)
        #expect(store.holder() == nil)
        #expect(store.holder(branch("codex/y")) == "agents/b of 1")
        store.watch(.put, jobJSON("j", of: nil), of: jobs)
        #expect(store.holder(branch("codex/y")) == nil)
    }

    @Test func `stand as the lists have them`() {
        let store = store()
        store.list([jobJSON("j")], of: jobs)
        store.list([runJSON("a", status: over), runJSON("b", status: over)], of: runs)
        #expect(store.holder() == "agents/a of 1")
        store.list([jobJSON("j", of: "b"), jobJSON("k", condition: "Complete")], of: jobs)
        #expect(store.holder() == "agents/b of 1")
        store.list([runJSON("a"), runJSON("b", status: over)], of: runs)
        #expect(store.holder() == "agents/a of 2")
        store.list([], of: jobs)
        #expect(store.holder() == "agents/a of 1")
    }

    @Test func `of one namespace are listed by themselves`() {
        let sources = ["one", "two"].map { ClusterSource(kind: .job, namespace: $0) }
        let store = store([runs] + sources)
        let ended = ["one", "two"].map { (name: String) in
            runJSON("a", namespace: name, head: "codex/\(name)", status: over)
        }
        store.list(ended, of: runs)
        store.list([jobJSON("j", namespace: "one")], of: sources[0])
        store.list([jobJSON("j", namespace: "two")], of: sources[1])
        #expect(store.holder(branch("codex/one")) == "one/a of 1")
        #expect(store.holder(branch("codex/two")) == "two/a of 1")
        store.list([], of: sources[0])
        #expect(store.holder(branch("codex/one")) == nil)
        #expect(store.holder(branch("codex/two")) == "two/a of 1")
    }

    @Test func `hold what was worked out for the run when it was admitted`() {
        let store = store()
        store.list([], of: runs)
        store.list([], of: jobs)
        #expect(store.reserve(claims("a", uid: "u", [branch("codex/derived")]), scope: .cluster))
        store.watch(.put, runJSON("a", uid: "u", status: "{\"phase\":\"Running\"}"), of: runs)
        store.watch(.put, jobJSON("j"), of: jobs)
        store.watch(.put, runJSON("a", uid: "u", status: over), of: runs)
        #expect(store.holder(branch("codex/derived")) == "agents/a of 1")
        store.watch(.put, jobJSON("j", condition: "Failed"), of: jobs)
        #expect(store.holder(branch("codex/derived")) == nil)
        #expect(store.reservationCount == 0)
    }

    @Test func `that may not be listed are not known, and the state is whole without them`() {
        let store = store()
        store.list([runJSON("a", status: over)], of: runs)
        #expect(store.condition(in: "agents") != .available(ageMilliseconds: 0))
        store.list([jobJSON("j")], of: jobs)
        #expect(store.condition(in: "agents") == .available(ageMilliseconds: 0))
        #expect(store.canAsk(.job, in: "agents"))
        store.setCondition(.unknown("forbidden"), of: jobs)
        #expect(store.condition(in: "agents") == .available(ageMilliseconds: 0))
        #expect(!store.canAsk(.job, in: "agents"))
        // Nothing would tell when it ends.
        #expect(store.holder() == nil)
    }

    @Test func `are told of as news of their run`() {
        let store = store()
        store.list([], of: runs)
        let run = ObjectKey(namespace: "agents", name: "a")
        #expect(store.watch(.put, jobJSON("j"), of: jobs) == .jobs(of: run))
        #expect(store.activeJob(of: run) == "j")
        #expect(store.watch(.delete, jobJSON("j"), of: jobs) == .jobs(of: run))
        #expect(store.activeJob(of: run) == nil)
        #expect(store.watch(.put, jobJSON("j", of: nil), of: jobs) == nil)
    }

    @Test func `go with the run where claims look at it`() {
        let store = store()
        store.list([runJSON("a", uid: "u", status: over)], of: runs)
        let holder = ClaimHolder(run: ObjectKey(namespace: "agents", name: "a"), uid: "u")
        #expect(store.run(of: holder)?.needsClaims == false)
        #expect(store.claimants(of: branch()).isEmpty)
        store.list([jobJSON("j")], of: jobs)
        #expect(store.run(of: holder)?.job == "j")
        #expect(store.claimants(of: branch()).map(\.job) == ["j"])
        var found: [HolderRun] = []
        store.forEachHolder { found.append($0) }
        #expect(found.map(\.branches) == [[branch()]])
    }

    @Test func `in manifests hold branches, too`() throws {
        let files = MemoryFileSystem()
        let store = ClusterStore(generation: .august2026)
        files.write(listJSON([runJSON("a", status: over), jobJSON("l", of: nil)]), to: "/m/runs.json")
        files.write(listJSON([jobJSON("j"), jobJSON("k", condition: "Complete")]), to: "/m/jobs.json")
        try store.load(files)
        #expect(store.holder() == "agents/a of 1")
        #expect(store.job == "j")
        files.write(listJSON([jobJSON("j", condition: "Failed")]), to: "/m/jobs.json")
        try store.load(files)
        #expect(store.holder() == nil)
    }
}
