import Foundation
import Glibc
import JSONPull
import Policy
import Reports
import TestPatience
import TestPrograms
import Testing

@testable import Offline

/// Bytes of a file that are told in a test by what they stand for.
private func bytes(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
}

private let labelled = """
    apiVersion: admission.agents.proompteng.ai/v1alpha1
    kind: AgentRunPolicy
    spec:
      rules:
        references: { action: "Off" }
        label-policy: { deny: [bad] }
        secret-allowlist: { allow: ["*"] }

    """

/// A run with a label that is denied, a number where a text must be, and two secrets that are not listed; comments all over.
private let wrong = """
    # a run
    apiVersion: agents.proompteng.ai/v1alpha1
    kind: AgentRun
    metadata:
      name: one
      # above the label
      labels:
        bad: x # beside it
    spec:
      agentRef: { name: codex }
      implementation: { inline: { text: Fix it. } }
      runtime: { type: job }
      systemPromptRef: { kind: Secret, name: prompt-secret, key: k }
      workload:
        volumes:
          - { type: secret, name: v, secretName: volume-secret, mountPath: /v }
      parameters: # inputs
        repository: acme/app
        head: codex/one
        issue: 7   # the number
        prompt: |
          do less

          and no more
      vcsPolicy: { mode: read-write }

    """

private let right = """
    # a run
    apiVersion: agents.proompteng.ai/v1alpha1
    kind: AgentRun
    metadata:
      name: one
      # above the label
      labels: {}
    spec:
      agentRef: { name: codex }
      implementation: { inline: { text: Fix it. } }
      runtime: { type: job }
      systemPromptRef: { kind: Secret, name: prompt-secret, key: k }
      workload:
        volumes:
          - { type: secret, name: v, secretName: volume-secret, mountPath: /v }
      parameters: # inputs
        repository: acme/app
        head: codex/one
        issue: "7"   # the number
      vcsPolicy: { mode: read-write }
      secrets:
        - prompt-secret

    """

private func fix(_ files: [String], isDry: Bool = false) throws -> FixReport {
    try Check(policy: try policy(labelled), namespace: "agents") { noon }.fix(files, isDry: isDry)
}

@Suite struct `Putting files right` {
    @Test func `changes what is mechanical, keeps all else, and judges again`() throws {
        let folder = try Folder()
        let file = try folder.write(wrong, to: "one.yaml")
        let report = try fix([file])
        #expect(try bytes(file) == right)
        #expect(report.text == "\(file): 4 findings put right\n")
        #expect(report.check.exitStatus(failingOn: .warn) == .good, "\(text(report.check))")
        let again = try fix([file])
        #expect(again.text == "" && again.files.isEmpty)
        #expect(try bytes(file) == right)
    }

    @Test(arguments: ["\r\n", "\n"], ["", "\u{FEFF}"])
    func `keeps line ends and byte order mark`(lineEnd: String, mark: String) throws {
        let folder = try Folder()
        let file = try folder.write(mark + wrong.replacing("\n", with: lineEnd), to: "one.yaml")
        _ = try fix([file])
        #expect(Array(try bytes(file).utf8) == Array((mark + right.replacing("\n", with: lineEnd)).utf8))
    }

    @Test func `of several objects changes those that are wrong`() throws {
        let folder = try Folder()
        let two = wrong + "---\n" + runYAML("two") + "---\n" + wrong.replacing("one", with: "three") + "---\nkind: [\n"
        let file = try folder.write(two, to: "one.yaml")
        let report = try fix([file])
        let fixed =
            right + "---\n" + runYAML("two") + "---\n" + right.replacing("one", with: "three") + "---\nkind: [\n"
        #expect(try bytes(file) == fixed)
        #expect(report.check.exitStatus(failingOn: .deny) == .failed)
        let list = try folder.write(
            "kind: List\napiVersion: v1\nitems:\n"
                + [wrong, wrong.replacing("one", with: "four")].map { text in
                    "- " + text.replacing("\n", with: "\n  ")
                }.joined(separator: "\n"),
            to: "list.yaml"
        )
        #expect(try fix([list]).files.first?.count == 8)
    }

    @Test func `changes JSON as it is laid out`() throws {
        let folder = try Folder()
        let json = """
            {
              "apiVersion": "agents.proompteng.ai/v1alpha1", "kind": "AgentRun",
              "metadata": {"name": "one", "labels": {"bad": "x"}},
              "spec": {
                "agentRef": {"name": "codex"}, "implementation": {"inline": {"text": "Fix it."}},
                "runtime": {"type": "job"},
                "parameters": {
                  "repository": "acme/app",
                  "issue": 7
                }
              }
            }
            """
        let file = try folder.write(json, to: "one.json")
        _ = try fix([file])
        #expect(try bytes(file) == json.replacing(#"{"bad": "x"}"#, with: "{}").replacing("7", with: #""7""#))
    }

    @Test func `shows a diff and writes nothing`() throws {
        let folder = try Folder()
        let file = try folder.write(wrong, to: "one.yaml")
        let report = try fix([file], isDry: true)
        #expect(try bytes(file) == wrong)
        #expect(report.check.exitStatus(failingOn: .warn) == .good)
        #expect(report.text == "\(file): 4 findings would be put right\n")
        #expect(
            report.diff == """
                --- \(file)
                +++ \(file)
                @@ -4,8 +4,7 @@
                 metadata:
                   name: one
                   # …
                -  labels:
                -    bad: … # …
                +  labels: {}
                 spec:
                   agentRef: { name: codex }
                   implementation: { inline: { text: … } }
                @@ -17,9 +16,7 @@
                   parameters: # …
                     repository: …
                     head: codex/one
                -    issue: 7   # …
                -    prompt: |
                -      …
                -
                -      …
                +    issue: "7"   # …
                   vcsPolicy: { mode: read-write }
                +  secrets:
                +    - prompt-secret

                """,
            "\(report.diff)"
        )
    }
}

@Suite struct `Files left alone` {
    private func reasons(_ text: String, _ name: String = "one.yaml") throws -> (after: String, reasons: [String]) {
        let folder = try Folder()
        let file = try folder.write(text, to: name)
        let report = try fix([file])
        return (try bytes(file), report.leftAlone.map(\.message))
    }

    @Test(arguments: [
        ("  labels:\n    bad: x # beside it\n", "  labels: &l\n    bad: x\n", "has an anchor or a tag"),
        ("    bad: x # beside it\n", "    bad: x\n    bad: z\n", "more than once"),
        ("  labels:\n    bad: x # beside it\n", "  labels: { bad: x, # y\n  }\n", "between the braces"),
        ("    issue: 7   # the number\n", "    issue: 1.10\n", "written in another way"),
        ("    issue: 7   # the number\n", "    issue: &n 7\n", "an anchor or a tag"),
    ])
    func `are changed as far as it is safe`(part: String, other: String, reason: String) throws {
        let text = wrong.replacing(part, with: other)
        let (after, reasons) = try reasons(text)
        #expect(after != text && after.contains(other), "\(after)")
        #expect(reasons.count == 1 && reasons.allSatisfy { $0.contains(reason) }, "\(reasons)")
    }

    @Test func `say the same to others that share an anchor`() throws {
        let shared = """
            kind: List
            apiVersion: v1
            items:
            - apiVersion: agents.proompteng.ai/v1alpha1
              kind: AgentRun
              metadata: { name: one }
              spec: &spec
                agentRef: { name: codex }
                implementation: { inline: { text: Fix it. } }
                runtime: { type: job }
                parameters:
                  repository: acme/app
                  issue: 7
            - apiVersion: agents.proompteng.ai/v1alpha1
              kind: AgentRun
              metadata: { name: two, labels: { bad: x } }
              spec: *spec

            """
        let (after, reasons) = try reasons(shared)
        #expect(
            after == shared.replacing("bad: x", with: "!").replacing(", labels: { ! }", with: ", labels: {}")
                || after == shared,
            "\(after)"
        )
        #expect(reasons.contains { $0.contains("alias") }, "\(reasons)")
        #expect(after.contains("issue: 7"))
    }

    @Test func `are standard input, reviews, hard links, and what may not be written`() throws {
        let folder = try Folder()
        let file = try folder.write(wrong, to: "one.yaml")
        try FileManager.default.linkItem(atPath: file, toPath: folder.path + "/two.yaml")
        let linked = try fix([file])
        #expect(linked.leftAlone.count == 4 && linked.leftAlone.allSatisfy { $0.message.contains("hard links") })
        #expect(try bytes(file) == wrong)
    }

    @Test func `a link is followed, and permissions stay`() throws {
        let folder = try Folder()
        let file = try folder.write(wrong, to: "one.yaml")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        let link = folder.path + "/link.yaml"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "one.yaml")
        _ = try fix([link])
        #expect(try bytes(file) == right)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "one.yaml")
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o640)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["link.yaml", "one.yaml"])
    }

    @Test func `a file named twice is changed once`() throws {
        let folder = try Folder()
        let file = try folder.write(wrong, to: "one.yaml")
        let report = try fix([file, file, folder.path])
        #expect(try bytes(file) == right)
        #expect(report.files.count == 1)
    }

    @Test func `a name that is no UTF-8 is no file to write`() throws {
        let folder = try Folder()
        let good = try folder.write(wrong, to: "one.yaml")
        // The system is given the bytes as they are.
        let name = Array("\(folder.path)/bad-".utf8) + [0xFF] + Array(".yaml".utf8)
        let descriptor = unsafe (name + [0]).map { CChar(bitPattern: $0) }.withUnsafeBufferPointer {
            unsafe open($0.baseAddress!, O_WRONLY | O_CREAT, 0o644)
        }
        try #require(descriptor >= 0)
        close(descriptor)
        let report = try fix([folder.path])
        #expect(try bytes(good) == right)
        #expect(report.files.map(\.path) == [good] && report.check.exitStatus(failingOn: .deny) == .failed)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }

    @Test func `what only a person can decide is not touched`() throws {
        let guess = wrong.replacing("type: job", with: "type: Job").replacing("  agentRef:", with: "  agentReff:")
        let (after, reasons) = try reasons(guess)
        #expect(after == right.replacing("type: job", with: "type: Job").replacing("  agentRef:", with: "  agentReff:"))
        #expect(reasons.isEmpty)
    }
}

@Suite struct `A file written anew` {
    @Test func `is left alone when it has changed meanwhile`() throws {
        let folder = try Folder()
        let file = try folder.write("one\n", to: "one.yaml")
        let replacement = try FileReplacement(of: file)
        try folder.write("two, by somebody else\n", to: "one.yaml")
        #expect(throws: FileReplacement.Failure.leftAlone("it has changed meanwhile: try again")) {
            try replacement.write(Array("three\n".utf8))
        }
        #expect(try bytes(file) == "two, by somebody else\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["one.yaml"])
    }

    @Test func `is no folder and no pipe, and is there`() throws {
        let folder = try Folder()
        #expect(throws: FileReplacement.Failure.leftAlone("it is no regular file")) {
            try FileReplacement(of: folder.path)
        }
        #expect(throws: FileReplacement.Failure.self) { try FileReplacement(of: folder.path + "/none.yaml") }
    }

    @Test func `passes over what a run before left behind`() throws {
        let folder = try Folder()
        let file = try folder.write("one\n", to: "one.yaml")
        try folder.write("rest\n", to: ".agentrun-fix-\(getpid())-0")
        try FileReplacement(of: file).write(Array("two\n".utf8))
        #expect(try bytes(file) == "two\n" && (try folder.text(".agentrun-fix-\(getpid())-0")) == "rest\n")
    }
}

@Suite(.apart) struct `Large files` {
    /// Eight times the objects may take eight times the time, and something for a machine that is busy; not 64 times.
    @Test func `are put right in linear time`() throws {
        let folder = try Folder()
        func seconds(_ count: Int) throws -> Double {
            let text = (0..<count).map { wrong.replacing("name: one", with: "name: one-\($0)") }
            let file = try folder.write(text.joined(separator: "---\n"), to: "\(count).yaml")
            let isolated = Check(policy: try policy(labelled), namespace: "agents", isIsolated: true) { noon }
            let clock = ContinuousClock()
            var report: FixReport?
            let time = try clock.measure { report = try isolated.fix([file], isDry: false) }
            #expect(report?.files.first?.count == 4 * count)
            return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        }
        _ = try seconds(10)
        let (small, large) = (try seconds(100), try seconds(800))
        #expect(large < small * 28, "\(small) s for 100 objects, \(large) s for 800")
    }
}
