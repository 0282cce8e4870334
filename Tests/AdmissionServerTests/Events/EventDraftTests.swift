import AgentRuns
import Foundation
import JSONPull
import Testing

@testable import AdmissionServer
@testable import ClusterState
@testable import Policy

@Suite struct `What an event says` {
    @Test(
        arguments: [
            ([], false, false), ([.audit], false, false), ([.warn], false, true), ([.audit, .deny], false, true),
            ([.warn], true, false), ([.deny], true, false),
        ] as [([Action], Bool, Bool)]
    )
    func `is nothing of a dry run or of what nobody was told`(actions: [Action], dryRun: Bool, isTold: Bool) {
        #expect(Verdict.run("run", dryRun: dryRun, actions).isEventful == isTold)
    }

    @Test func `of an admitted run are its warnings, on the run`() throws {
        let draft = try #require(EventDraft(Verdict.run("run", [.warn, .audit])))
        #expect(draft.reason == .admittedWithWarnings && draft.reason.type == "Warning")
        #expect(draft.regarding.name == "run" && draft.regarding.kind == "AgentRun")
        #expect(draft.regarding.apiVersion == "agents.proompteng.ai/v1alpha1" && !draft.regarding.uid.isEmpty)
        #expect(
            draft.note
                == "[PromptOverride] spec.parameters.prompt: this prompt (21 characters) overrides another one (remove it)"
        )
    }

    @Test func `of a denied one are its name and rules, on the namespace, and nothing of its text`() throws {
        let verdict = Verdict.run("run", [.deny, .deny, .warn], message: "the secret is swordfish")
        let draft = try #require(EventDraft(verdict))
        #expect(draft.reason == .runDenied)
        #expect(draft.regarding.kind == "Namespace" && draft.regarding.name == "agents" && draft.regarding.uid.isEmpty)
        #expect(draft.note.hasPrefix(#"CREATE of AgentRun "run" was denied: prompt-override/PromptOverride (kubectl"#))
        #expect(!draft.note.contains("swordfish"))
    }

    @Test(arguments: [1, 4, 8, 200], ["a", "ä", "\u{1F600}", "\u{202E}\n"])
    func `is at most 1024 bytes, whole characters and fit to print`(count: Int, character: String) throws {
        let message = String(repeating: character, count: 240)
        let verdict = Verdict.run("run", Array(repeating: .warn, count: count), message: message)
        let draft = try #require(EventDraft(verdict))
        #expect(draft.note.utf8.count <= EventDraft.maximumNoteBytes, "\(draft.note.utf8.count)")
        #expect(draft.note.unicodeScalars.allSatisfy(VisibleText.isVisible) && !draft.note.contains("\u{FFFD}"))
        #expect(draft.note.hasPrefix("[PromptOverride]"))
        // Eight warnings of 256 characters do not go in.
        if count >= 8 { #expect(draft.note.wholeMatch(of: /.*; and [1-9] more/) != nil, "\(draft.note)") }
    }

    @Test func `is cut where one part alone is too long`() throws {
        let regarding = try #require(EventObjectReference(namespace: "agents"))
        let long = String(repeating: "ä", count: 1000)
        let one = EventDraft(regarding: regarding, reason: .runDenied, note: long)
        #expect(one.note.utf8.count == 1023 && one.note.hasSuffix("ä…"))
        let two = EventDraft(regarding: regarding, reason: .runDenied, parts: [long, "b"])
        #expect(two.note.utf8.count <= 1024 && two.note.hasSuffix("ä…; and 1 more"))
    }

    @Test(arguments: [
        ("", "run", "u"), ("agents", "", "u"), ("agents", "run", ""), ("Agents", "run", "u"), ("a/../b", "run", "u"),
        ("agents", "run/../x", "u"), ("agents", "Run", "u"), ("agents", "run.", "u"), ("agents", "run", "u\n"),
        (String(repeating: "a", count: 64), "run", "u"), ("agents", String(repeating: "a", count: 254), "u"),
        ("agents", "run", String(repeating: "u", count: 65)), ("a?b", "run", "u"), ("agents", "rün", "u"),
    ])
    func `is about no object that an API server would not have`(namespace: String, name: String, uid: String) {
        let verdict = Verdict.run(ExactString(name), namespace: ExactString(namespace), uid: ExactString(uid), [.warn])
        #expect(EventDraft(verdict) == nil)
    }

    @Test func `names whose branch it was`() throws {
        let key = ClaimKey(branch: BranchKey(repository: "github.com/o/r", head: "codex/x"))
        let first = ClaimHolder(run: ObjectKey(namespace: "agents", name: "first"), uid: "u-1")
        let second = ClaimHolder(run: ObjectKey(namespace: "others", name: "second"), uid: "u-2")
        let at = ClaimMoment.at(0).wall
        let claim = Claim(key: key, holder: second, acquiredAt: at, isDerived: false, replica: "r")
        let taken = try #require(EventDraft(.takenOver(claim, from: first)))
        #expect(taken.regarding.namespace == "others" && taken.regarding.uid == "u-2")
        #expect(taken.note.contains(#""codex/x" of "github.com/o/r""#) && taken.note.contains(#""agents/first""#))
        let known = KnownClaim(key: key, holder: first, acquiredAt: at)
        let released = try #require(EventDraft(.released(known, isOver: true)))
        #expect(released.regarding.name == "first" && released.reason.type == "Normal")
        #expect(released.note.hasSuffix("this run is over"))
    }

    @Test func `names the generation that was not reviewed`() throws {
        let run = ObjectKey(namespace: "agents", name: "run")
        let since = Timestamp(seconds: 1_770_000_000)
        let draft = try #require(EventDraft(unreviewed: run, uid: "u-1", generation: 7, since: since))
        #expect(draft.note.contains("generation 7") && draft.note.contains("2026-02-02T02:40:00Z"))
        #expect(draft.reason == .foundUnreviewed)
    }

    @Test(arguments: ["run", String(repeating: "a", count: 253), String(repeating: "a", count: 235) + ".bcd", "a.b"])
    func `has a name that the API server takes`(name: String) throws {
        let draft = try #require(EventDraft(Verdict.run(ExactString(name), [.warn])))
        let own = EventWrite.name(for: draft, firstAt: ClaimMoment.at(0).wall, instance: "replica")
        #expect(own.utf8.count <= 253)
        #expect(
            own.wholeMatch(of: /[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\.[0-9a-f]{16}/) != nil
        )
        // Another replica's, and a later one's, are others.
        #expect(own != EventWrite.name(for: draft, firstAt: ClaimMoment.at(0).wall, instance: "other"))
        #expect(own != EventWrite.name(for: draft, firstAt: ClaimMoment.at(1).wall, instance: "replica"))
    }
}
