import AdmissionAPI
import AgentRuns
import Foundation
import JSONPull
import Policy
import PolicyTestSupport
import Replay
import TestPatience
import Testing

/// What the decision log keeps of a review, judged again.
@Suite(.apart) struct `A recorded review` {
    /// Policies that make as many rules as possible look at as much as possible.
    static let policies: [(name: String, policy: AdmissionPolicy)] = {
        let strictest = """
              onStale: Deny
              rules:
                image-policy: { allow: ["registry.example/*"] }
                label-policy: { required: [team], allow: ["app*"] }
                immutable-spec: { strict: true }
                secret-allowlist: { allow: ["codex-*"], blocked: ["*admin*"], requireBinding: true }
                repository-allowlist: { allow: ["proompteng/*"], nestedGroups: true }
                workflow-steps: { loops: false }
                service-account: { default: runner }
            """
        var policies: [(String, AdmissionPolicy)] = []
        for generation in Generation.allCases {
            for (name, spec) in [("built-in", nil), ("strictest", strictest)] {
                guard let policy = try? compiledPolicy(spec, generation: generation) else { continue }
                policies.append(("\(name) \(generation.rawValue)", policy))
            }
        }
        return policies
    }()

    static let recordings: [ReviewBody] = {
        let folder = Examples.golden.appending(path: "requests")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.compactMap { file in
            guard let data = try? Data(contentsOf: file) else { return nil }
            return ReviewBody(name: file.lastPathComponent, bytes: [UInt8](data))
        }
    }()

    /// Every run of the corpus as created, and as an update of the one before it.
    static let corpus: [ReviewBody] = {
        let runs = CorpusRun.all
        let creations = runs.map { ReviewBody(name: $0.name, object: $0.json, oldObject: nil) }
        let updates = zip(runs, runs.dropFirst()).map { old, new in
            ReviewBody(name: "\(new.name) after \(old.name)", object: new.json, oldObject: old.json)
        }
        return creations + updates
    }()

    @Test func `is tested with all there are`() {
        #expect(Self.recordings.count == 92)
        #expect(Self.corpus.count >= 119)
        #expect(Self.policies.count == 4)
    }

    @Test(arguments: recordings)
    func `gets the same verdict by the same policy`(review: ReviewBody) throws {
        try expectSameVerdicts(review, stateFolder: Examples.golden.appending(path: "strict.state"))
    }

    @Test(arguments: corpus)
    func `of the corpus gets the same verdict by the same policy`(review: ReviewBody) throws {
        let folder = CorpusRun.stateFolder
        try expectSameVerdicts(review, stateFolder: folder)
    }

    /// Secrets by every door there is, of what is recorded of the run and of the state.
    @Test func `with secrets everywhere gets the same verdict`() throws {
        let state = """
            {apiVersion: agents.proompteng.ai/v1alpha1, kind: Agent, metadata: {name: a, namespace: agents}, \
            spec: {providerRef: {name: p}}}
            ---
            {apiVersion: agents.proompteng.ai/v1alpha1, kind: AgentProvider, metadata: {name: p, namespace: agents}, \
            spec: {adapter: {codex: {secretEnv: [{secretName: codex-env}, {secretName: other-env}]}}}}
            ---
            {apiVersion: security.proompteng.ai/v1alpha1, kind: SecretBinding, metadata: {name: b, namespace: agents}, \
            spec: {subjects: [{kind: Agent, name: a, namespace: other}], allowedSecrets: [codex-pull]}}
            ---
            {apiVersion: security.proompteng.ai/v1alpha1, kind: SecretBinding, metadata: {name: c, namespace: agents}, \
            spec: {subjects: [{kind: Agent, name: a, namespace: agents}], allowedSecrets: [codex-env, codex-other]}}
            """
        let object = try json(
            run("runtime: {type: job, config: {imagePullSecrets: [codex-pull, {name: codex-other, x: y}, 7, admin]}}")
        )
        let review = ReviewBody(name: "secrets", object: object, oldObject: nil)
        for (name, policy) in Self.policies where name.hasPrefix("strictest") {
            let fixture = try FixtureState(state)
            let (original, line) = try review.judgedAndRecorded(by: policy, state: fixture)
            let again = try review.judgedAgain(line, by: policy)
            #expect(again.doubts.isEmpty)
            #expect(again.verdict.json == original.json)
            let refused = original.summary(of: .secretAllowlist).filter { $0.contains("imagePullSecrets") }
            #expect(
                refused == [
                    "SecretBlocked spec.runtime.config.imagePullSecrets[3] Deny",
                    "SecretNotAllowed spec.runtime.config.imagePullSecrets[0] Deny",
                ]
            )
            let isAugust = policy.generation == .august2026
            #expect(original.summary(of: .secretAllowlist).contains { $0.contains("agentRef") } == isAugust)
        }
    }

    /// What is not there is recorded as that, not as something empty.
    @Test func `of references to nothing gets the same verdict`() throws {
        let references = """
            agentRef: {name: gone}, implementationSpecRef: {name: gone}, vcsRef: {name: gone}, memoryRef: {name: gone}, \
            workflow: {steps: [{name: s, implementationSpecRef: {name: lost}}]}
            """
        for type in ["job", "workflow"] {
            let object = try json(run("runtime: {type: \(type)}, \(references)"))
            try expectSameVerdicts(ReviewBody(name: type, object: object, oldObject: nil), states: [FixtureState("")])
        }
    }

    /// Nothing is kept of such a text but how long it is, up to a limit.
    @Test(arguments: [1, 63, 64, 65, 66, 1000])
    func `of a text that is no quantity gets the same verdict`(length: Int) throws {
        let text = String(repeating: "z", count: length)
        let object = try json(run("workload: {resources: {limits: {memory: \(text)}}}"))
        let review = ReviewBody(name: "quantity", object: object, oldObject: nil)
        let messages = try review.judged(by: compiledPolicy(nil), state: FixtureState("")).findings.map(\.message)
        let told = length > 64 ? "more than 64" : "\(length)"
        #expect(messages.contains { $0.contains("no quantity in this text of \(told) characters") })
        try expectSameVerdicts(review, states: [FixtureState("")])
    }

    @Test func `beside a run whose Job goes on gets the same verdict`() throws {
        let spec = "parameters: {repository: a/b, head: codex/h}"
        let state = try FixtureState(run(spec, name: "other", more: ", status: {phase: Running}"))
        state.job = "other-step"
        let review = ReviewBody(name: "r", object: try json(run(spec)), oldObject: nil)
        let messages = try review.judged(by: compiledPolicy(nil), state: state).findings.map(\.message)
        #expect(messages.contains { $0.contains("other-step") })
        try expectSameVerdicts(review, states: [state])
    }

    @Test func `beside a run whose Jobs have the same names gets the same verdict`() throws {
        let state = try FixtureState(run("", name: "a-b", more: ", status: {phase: Running}"))
        let review = ReviewBody(name: "a.b", object: try json(run("", name: "a.b")), oldObject: nil)
        let found = try review.judged(by: compiledPolicy(nil), state: state).findings
        #expect(found.contains { $0.reason.rawValue == "JobNameCollision" })
        try expectSameVerdicts(review, states: [state, FixtureState("")])
    }

    /// What a rule reads of a provider is kept of it.
    @Test func `of a provider with a repository policy gets the same verdict`() throws {
        let spec = "provider: github, repositoryPolicy: {allow: ['*', plain], deny: [other]}"
        let object = try json(object("VersionControlProvider", "github", spec))
        let review = ReviewBody(name: "p", object: object, oldObject: nil, kind: "VersionControlProvider")
        let policy = try compiledPolicy(nil)
        #expect(try review.judged(by: policy, state: nil).findings.contains { $0.field.contains("repositoryPolicy") })
        try expectSameVerdicts(review, states: [FixtureState(""), nil])
    }

    /// By every policy with and without state, and by the next policy, wherever nothing is in doubt.
    private func expectSameVerdicts(_ review: ReviewBody, stateFolder: URL) throws {
        try expectSameVerdicts(review, states: [FixtureState(folder: stateFolder), nil])
    }

    private func expectSameVerdicts(_ review: ReviewBody, states: [FixtureState?]) throws {
        for state in states {
            for (index, (name, policy)) in Self.policies.enumerated() {
                let (original, line) = try review.judgedAndRecorded(by: policy, state: state)
                let again = try review.judgedAgain(line, by: policy)
                #expect(again.doubts.isEmpty, "\(name)")
                #expect(again.verdict.json == original.json, "\(name), state: \(state != nil)")
                let (otherName, other) = Self.policies[(index + 1) % Self.policies.count]
                let expected = try review.judged(by: other, state: state).json
                let alone = try review.judgedAgain(line, by: other)
                #expect(!alone.doubts.isEmpty || alone.verdict.json == expected, "\(name), then \(otherName)")
                // What was not recorded is asked of the state that is given.
                let helped = try review.judgedAgain(line, by: other, source: state)
                #expect(!helped.doubts.contains { $0.contains("was not recorded") }, "\(name), then \(otherName)")
                #expect(!helped.doubts.isEmpty || helped.verdict.json == expected, "\(name), then \(otherName)")
                if policy.generation == other.generation { #expect(helped.doubts.isEmpty, "\(name), \(otherName)") }
            }
        }
    }

    /// Foundation does not read the recordings whose objects are nested 1,000 levels and more; their texts are in others, too.
    @Test(arguments: recordings.filter { !$0.name.contains("-deep-") } + corpus)
    func `holds no text of a prompt`(review: ReviewBody) throws {
        let fixture = try FixtureState(folder: Examples.golden.appending(path: "strict.state"))
        let policy = try compiledPolicy(nil)
        let (_, line) = try review.judgedAndRecorded(by: policy, state: fixture)
        let text = String(decoding: line, as: UTF8.self)
        let object = try JSONSerialization.jsonObject(with: Data(review.bytes))
        for secret in PromptTexts(object).texts {
            for piece in PromptTexts.pieces(of: secret) {
                #expect(!text.contains(piece), "“\(piece)” of “\(secret.prefix(80))”")
            }
        }
    }
}

/// An AdmissionReview as bytes.
struct ReviewBody: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]

    var testDescription: String { name }

    init(name: String, bytes: [UInt8]) {
        (self.name, self.bytes) = (name, bytes)
    }

    /// A review of runs, or objects of another kind, in JSON; the old one is one the controller has accepted.
    init(name: String, object: [UInt8], oldObject: [UInt8]?, kind objectKind: String = "AgentRun") {
        let newText = String(decoding: object, as: UTF8.self)
        let oldText = oldObject.map { Self.accepted(String(decoding: $0, as: UTF8.self)) } ?? "null"
        let kind = #""group":"agents.proompteng.ai","version":"v1alpha1""#
        let text = """
            {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","kind":{\(kind),\
            "kind":"\(objectKind)"},"resource":{\(kind),"resource":"\(objectKind.lowercased())s"},"namespace":"agents",\
            "operation":"\(oldObject == nil ? "CREATE" : "UPDATE")","userInfo":{"username":"alice","groups":["dev"]},\
            "object":\(newText),"oldObject":\(oldText)}}
            """
        self.init(name: name, bytes: Array(text.utf8))
    }

    private static func accepted(_ json: String) -> String {
        guard let brace = json.firstIndex(of: "{") else { return json }
        let status = #""status":{"phase":"Running","conditions":[{"type":"Accepted","status":"True"}]},"#
        return String(json[...brace]) + status + String(json[json.index(after: brace)...])
    }

    private var now: Timestamp { Examples.now }

    func judged(by policy: AdmissionPolicy, state: FixtureState?) throws -> Verdict {
        let now = now
        return try unsafe bytes.withUnsafeBytes { body in
            let decoded = try unsafe DecodedReview(body)
            return try unsafe PolicyEngine(policy: policy).judge(decoded, body: body, state: state, now: now)
        }
    }

    /// The verdict, and what is kept to judge again.
    func judgedAndRecorded(by policy: AdmissionPolicy, state: FixtureState?) throws -> (Verdict, [UInt8]) {
        let now = now
        let recorder = state.map { RecordedState($0) }
        return try unsafe bytes.withUnsafeBytes { body in
            let decoded = try unsafe DecodedReview(body)
            let verdict = try unsafe PolicyEngine(policy: policy).judge(decoded, body: body, state: recorder, now: now)
            var writer = JSONWriter()
            try unsafe RecordedReview.write(body, state: recorder, to: &writer)
            return (verdict, writer.bytes)
        }
    }

    func judgedAgain(
        _ line: [UInt8],
        by policy: AdmissionPolicy,
        source: FixtureState? = nil
    ) throws -> RecordedReview.Outcome {
        let now = now
        let review = try unsafe line.withUnsafeBytes { try unsafe RecordedReview($0, source: source) }
        return try review.judged(by: PolicyEngine(policy: policy), now: now)
    }
}

/// The texts of a review that nobody may read in a log.
struct PromptTexts {
    private(set) var texts: [String] = []

    /// Members that hold such texts, wherever they are.
    private static let members: Set<String> = [
        "text", "summary", "systemPrompt", "prompt", "title", "body", "issueTitle", "issueBody", "description", "goal",
        "objective", "notes",
    ]

    init(_ value: Any, isText: Bool = false) {
        switch value {
        case let text as String: if isText { texts = [text] }
        case let list as [Any]: for item in list { texts += PromptTexts(item, isText: isText).texts }
        case let object as [String: Any]:
            for (key, item) in object {
                texts += PromptTexts(item, isText: isText || Self.members.contains(key.lowercased())).texts
            }
        default: break
        }
    }

    /// Parts that could be nothing else: 16 characters that JSON leaves as they are, not only of one word.
    static func pieces(of text: String) -> [String] {
        let scalars = Array(text.unicodeScalars.prefix(2000))
        guard scalars.count >= 16 else { return [] }
        return stride(from: 0, through: scalars.count - 16, by: 8).compactMap { start in
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: scalars[start..<(start + 16)])
            let text = String(piece)
            let isPlain = piece.allSatisfy { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }
            return isPlain && text.contains(" ") ? text : nil
        }
    }
}
