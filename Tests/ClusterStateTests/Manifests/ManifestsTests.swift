import AgentRuns
import ClusterState
import JSONPull
import Policy
import Testing

@Suite struct `Manifests` {
    private static func object(
        _ kind: String,
        _ name: String,
        group: String = "agents.proompteng.ai",
        spec: String
    ) -> String {
        """
        apiVersion: \(group)/v1alpha1
        kind: \(kind)
        metadata: { name: \(name), namespace: agents }
        spec: \(spec)
        """
    }

    @Test func `all kinds are found, others are counted`() throws {
        let store = ClusterStore()
        let documents = [
            Self.object("ImplementationSpec", "i", spec: "{ text: \" four \" }"),
            Self.object("Agent", "a", spec: "{ providerRef: { name: p } }"),
            Self.object("AgentProvider", "p", spec: "{ secretEnv: [{ secretName: s }] }"),
            Self.object("VersionControlProvider", "v", spec: "{ repositoryPolicy: { allow: [o/*] } }"),
            Self.object("Memory", "z", spec: "{ default: true, connection: { secretRef: { name: z } } }"),
            Self.object("Memory", "m", spec: "{ default: true, connection: { secretRef: { name: m } } }"),
            Self.object("Memory", "b", spec: "{ default: \"true\" }"),
            Self.object(
                "SecretBinding",
                "s",
                group: "security.proompteng.ai",
                spec: "{ subjects: [{ kind: Agent, name: a }], allowedSecrets: [x] }"
            ),
            Self.object("SecretBinding", "not-ours", spec: "{}"),
            "apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: agents }\nstringData: { token: x }",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }",
            "replicaCount: 1",
        ]
        let files = MemoryFileSystem(["/m/all.yaml": documents.joined(separator: "\n---\n")])
        #expect(!store.isKnown(.memory, in: "agents") && !store.isKnown(.secret, in: "agents"))
        let loaded = try ManifestsSource(fileSystem: files).load(["/m"], projection: store.projection)
        #expect(loaded.report.problems.isEmpty)
        #expect(loaded.report.skipped == 3)
        #expect(loaded.report.objects[.memory] == 3)
        store.replace(with: loaded)
        #expect(
            store.isKnown(.secret, in: "agents") && store.hasSecret("s", in: "agents")
                && !store.hasSecret("s", in: "default")
        )
        #expect(
            store.isKnown(.memory, in: "agents") && store.isKnown(.implementationSpec, in: "agents")
                && store.isKnown(.agent, in: "agents")
        )
        let implementation = store.implementation("i", in: "agents")
        guard case .measured(length: 4, _, _)? = implementation?.text else {
            Issue.record("the text is kept")
            return
        }
        #expect(store.agent("a", in: "agents")?.spec.providerName == "p")
        #expect(store.agentProvider("p", in: "agents")?.spec.environmentSecrets == ["s"])
        #expect(store.versionControlProvider("v", in: "agents")?.spec.allow.match("o/r") == "o/*")
        #expect(store.memory("z", in: "agents")?.secretName == "z")
        #expect(store.defaultMemory(in: "agents")?.secretName == "m")
        #expect(store.secretBindings(in: "agents").map(\.allowedSecrets) == [["x"]])
        #expect(store.agent("a", in: "default") == nil)
        #expect(store.secretBindings(in: "default").isEmpty)
    }

    @Test(arguments: ["List", "AgentRunList"])
    func `a list is unfolded`(kind: String) throws {
        let store = ClusterStore()
        let items = [runJSON("a"), listJSON([runJSON("b")]), "7"]
        let files = MemoryFileSystem(["/m/list.json": listJSON(items, kind: kind)])
        let loaded = try ManifestsSource(fileSystem: files).load(["/m"], projection: store.projection)
        #expect(loaded.report.objects == [.agentRun: 2])
        #expect(loaded.report.problems.map(\.position?.line) == [3])
        store.replace(with: loaded)
        #expect(store.holder() == "agents/a of 2")
    }

    @Test func `items of a typed list need not say what they are`() throws {
        let store = ClusterStore()
        let list = """
            apiVersion: agents.proompteng.ai/v1alpha1
            kind: AgentRunList
            items: [{ metadata: { name: a }, spec: { parameters: { repo: o/r, head: codex/x } } }]
            """
        try store.load(MemoryFileSystem(["/m/list.yml": list]))
        #expect(store.holder() == "default/a of 1", "and no namespace is the default one")
    }

    @Test func `JSON comes as one value after the other, as YAML flow, and with a byte order mark`() throws {
        let store = ClusterStore()
        let files = MemoryFileSystem([
            "/m/1.json": runJSON("a") + "\n" + runJSON("b"),
            "/m/2.yaml": "\u{FEFF}" + runJSON("c"),
            "/m/3.yaml": runJSON("d") + "\n---\n" + runJSON("e"),
            "/m/4.json": Self.object("AgentRun", "f", spec: "{ parameters: { repo: o/r, head: codex/x } }"),
        ])
        try store.load(files)
        #expect(store.holder() == "agents/a of 6")
    }

    @Test func `a broken document does not lose the others`() throws {
        let store = ClusterStore()
        let files = MemoryFileSystem([
            "/m/1.yaml": runJSON("a") + "\n---\nkey: *nowhere\n---\n" + runJSON("b"),
            "/m/2.json": runJSON("c") + "\n{\"kind\": }",
            "/m/3.yaml": "kind: AgentRun\napiVersion: agents.proompteng.ai/v1alpha1\nmetadata: {}",
            "/m/4.yaml": "kind: AgentRun\napiVersion: agents.proompteng.ai/v1alpha1\nmetadata: { generateName: x- }",
            "/m/5.yaml": "? [a, b]\n: 1\n---\n" + runJSON("d"),
        ])
        let loaded = try ManifestsSource(fileSystem: files).load(["/m"], projection: store.projection)
        let problems = loaded.report.problems
        #expect(problems.map(\.file) == ["/m/1.yaml", "/m/2.json", "/m/3.yaml", "/m/5.yaml"])
        #expect(problems.map(\.position?.line) == [3, 2, 1, 1])
        #expect(loaded.report.problemCount == 4)
        #expect(loaded.report.skipped == 2)
        #expect(problems.dropFirst().first?.description.hasPrefix("/m/2.json:2:10: unexpected '}'") == true)
        store.replace(with: loaded)
        #expect(store.holder() == "agents/a of 4")
    }

    @Test func `of several of one name the last counts, in the order of paths`() throws {
        let store = ClusterStore()
        let files = MemoryFileSystem([
            "/m/b.json": runJSON("a", head: "codex/3"),
            "/m/a.json": listJSON([runJSON("a", head: "codex/1"), runJSON("a", head: "codex/2")]),
        ])
        try store.load(files)
        #expect(store.runCount == 1)
        #expect(store.holder(branch("codex/3")) != nil)
        try store.load(files, ["/m/b.json", "/m/a.json"])
        #expect(store.holder(branch("codex/2")) != nil)
        #expect(store.holder(branch("codex/3")) == nil)
    }

    @Test func `what is not meant for it is left alone`() throws {
        let store = ClusterStore()
        let files = MemoryFileSystem([
            "/m/notes.txt": "no manifest", "/m/.git/x.yaml": "{", "/m/deep/er/a.yml": runJSON("a"),
        ])
        files.link("/m/dangling", to: "/nowhere")
        let loaded = try ManifestsSource(fileSystem: files).load(["/m"], projection: store.projection)
        #expect(loaded.report.files == 1)
        #expect(loaded.report.problems.isEmpty)
    }

    @Test func `links that lead back are followed once`() throws {
        let store = ClusterStore()
        let files = MemoryFileSystem(["/m/a.json": runJSON("a"), "/m/sub/b.json": runJSON("b")])
        files.link("/m/sub/up", to: "/m")
        files.link("/m/again", to: "/m/sub")
        files.link("/m/self", to: "/m/self")
        let loaded = try ManifestsSource(fileSystem: files).load(["/m", "/m/a.json"], projection: store.projection)
        #expect(loaded.report.files == 2)
    }

    @Test func `a path that cannot be read is an error that says what to do`() throws {
        let store = ClusterStore()
        let files = MemoryFileSystem(["/m/locked/a.json": runJSON("a")])
        files.setReadable(false, "/m/locked")
        let source = ManifestsSource(fileSystem: files)
        let denied = #expect(throws: ManifestsError.self) {
            try source.load(["/m"], projection: store.projection)
        }
        let text = "cannot read manifests from /m/locked: Permission denied (let this user read it)"
        #expect(denied?.description == text)
        let missing = #expect(throws: ManifestsError.self) {
            try source.load(["/none"], projection: store.projection)
        }
        #expect(missing?.path == "/none")
    }

    @Test func `sizes are bounded`() throws {
        let store = ClusterStore()
        let files = MemoryFileSystem([
            "/m/a.json": runJSON("a"), "/m/b.json": runJSON(String(repeating: "b", count: 500)),
        ])
        var limits = ManifestsLimits()
        limits.maximumFileBytes = 400
        let loaded = try ManifestsSource(fileSystem: files, limits: limits).load(["/m"], projection: store.projection)
        #expect(loaded.report.problems.map(\.file) == ["/m/b.json"])
        #expect(loaded.report.objects == [.agentRun: 1])
        limits.maximumTotalBytes = 300
        #expect(throws: ManifestsError.self) {
            try ManifestsSource(fileSystem: files, limits: limits).load(["/m"], projection: store.projection)
        }
        limits = ManifestsLimits()
        limits.maximumFiles = 1
        #expect(throws: ManifestsError.self) {
            try ManifestsSource(fileSystem: files, limits: limits).load(["/m"], projection: store.projection)
        }
    }

    @Test func `files of a check stand over the state, but take over its status`() throws {
        let store = ClusterStore()
        var files = LoadedManifests(projection: store.projection, keepsRunsWithoutStatus: true)
        let text = [
            runJSON("a", status: "{\"phase\":\"Failed\"}"), runJSON("a", head: "codex/a"),
            runJSON("b", head: "codex/b", status: "{\"phase\":\"Running\"}"), runJSON("c", head: "codex/c"),
        ]
        ManifestReader.objects(in: Array(listJSON(text).utf8), file: "run.json") { item in
            if case .object(let object) = item { files.add(object, path: "run.json") }
        }
        let state = MemoryFileSystem([
            "/m/s.json": listJSON([
                runJSON("a", head: "codex/state", status: "{\"phase\":\"Running\"}"),
                runJSON("b", status: "{\"phase\":\"Failed\"}"), runJSON("c", status: "{\"phase\":\"Succeeded\"}"),
                runJSON("d", head: "codex/d"),
            ])
        ])
        let source = ManifestsSource(fileSystem: state)
        store.replace(with: try source.load(["/m"], projection: store.projection, under: files))
        #expect(store.holder(branch("codex/a")) == "agents/a of 1")
        #expect(store.holders(of: branch("codex/a"), otherThan: "", in: "", scope: nil)?.first.phase == "Running")
        #expect(store.holder(branch("codex/state")) == nil)
        #expect(store.holder(branch("codex/b")) == "agents/b of 1")
        #expect(store.holder(branch("codex/c")) == nil)
        #expect(store.holder(branch("codex/d")) == "agents/d of 1")
    }
}
