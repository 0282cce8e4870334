import Foundation
import Glibc
import TestPatience
import TestPrograms
import Testing

/// `serve --decision-log-key` and `replay --verify`, as an operator and an attacker use them.
@Suite(.limit(minutes: 5)) struct `replay --verify` {
    private static let secret = "0123456789abcdef0123456789abcdef-secret"

    /// A log of two starts, the files of the first one rotated.
    private static let logged = Task { () throws -> (folder: Folder, key: String, files: [String]) in
        let folder = try Folder()
        let key = try folder.write(secret, to: "key")
        let log = folder.path("decisions.log")
        let arguments = ["--decision-log", log, "--decision-log-key", key, "--decision-log-max-bytes", "9000"]
        for start in 0..<2 {
            let webhook = try await Webhook.start(arguments)
            for number in 0..<(start == 0 ? 6 : 2) {
                _ = try await webhook.post(Reviews.create("run-\(start)-\(number)", head: "codex/\(start)-\(number)"))
            }
            guard try await webhook.stop() == 0 else { throw CancellationError() }
            let said = try webhook.log
            guard said.contains("decisions are chained"), !said.contains("secret") else { throw CancellationError() }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path(".")).sorted()
        return (folder, key, names.filter { $0.hasPrefix("decisions") }.map { folder.path($0) })
    }

    private func verify(_ files: [String], _ more: String...) async throws -> Program {
        try await Program.agentrunAdmission(["replay", "--verify"] + files + more)
    }

    @Test func `finds nothing in what serve has written, files in any order`() async throws {
        let (_, key, files) = try await Self.logged.value
        #expect(files.count > 2)
        for order in [files, files.reversed()] {
            let program = try await verify(order, "--decision-log-key", key, "--strict")
            #expect(program.status == 0, "\(program.output)\(program.errors)")
            #expect(program.output.contains("of 2 starts in \(files.count) files: "))
            #expect(program.output.hasSuffix("0 found, 0 cannot be told\n"))
        }
        // What judges lines again takes the chain for nothing.
        let replay = try await Program.agentrunAdmission(["replay", "--strict"] + files)
        #expect(replay.status == 0, "\(replay.output)\(replay.errors)")
        #expect(replay.output.contains("8 decisions: ") && !replay.output.contains("missing"))
    }

    @Test func `names the line that was changed, by its file`() async throws {
        let (folder, key, files) = try await Self.logged.value
        let file = try #require(files.first { $0.hasSuffix(".1") })
        var lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
        let index = try #require(lines.firstIndex { $0.contains(#""verdict""#) })
        lines[index] = lines[index].replacing(#""allowed":"#, with: #""allowed" :"#)
        let copy = try folder.write(lines.joined(separator: "\n") + "\n", to: "changed.1")
        let changed = files.map { $0 == file ? copy : $0 }
        let program = try await verify(changed, "--decision-log-key", key)
        #expect(program.status == 1)
        #expect(program.output.contains("changed.1:\(index + 1): found: "), "\(program.output)")
        #expect(program.output.contains("is not as it was written"))
        let json = try await verify(changed, "--decision-log-key", key, "--output", "json")
        let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let found = try #require(report?["found"] as? [[String: Any]])
        #expect(found.map { $0["line"] as? Int } == [index + 1])
        // Without the key nobody can tell.
        let blind = try await verify(changed)
        #expect(blind.status == 0 && blind.output.contains("cannot tell: without a key"))
        #expect(try await verify(changed, "--strict").status == 1)
        let another = try folder.write(String(repeating: "k", count: 32), to: "another")
        let wrong = try await verify(files, "--decision-log-key", another)
        #expect(wrong.status == 1 && wrong.output.contains("fits a key that is given"))
    }

    @Test func `goes on after a server that was killed`() async throws {
        let folder = try Folder()
        let (key, log) = (try folder.write(Self.secret, to: "key"), folder.path("decisions.log"))
        let first = try await Webhook.start("--decision-log", log, "--decision-log-key", key)
        _ = try await first.post(Reviews.create("one", head: "codex/one"))
        let deadline = ContinuousClock.now + .seconds(30 * Patience.factor)
        while try !folder.text("decisions.log").contains(#""verdict""#), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        first.send(SIGKILL)
        _ = try await first.exitStatus
        let running = try await verify([log], "--decision-log-key", key)
        #expect(running.status == 0 && running.output.contains("does not say that the server was stopped"))
        let second = try await Webhook.start("--decision-log", log, "--decision-log-key", key)
        #expect(try await second.stop() == 0)
        // What was cut before the second start, if anything was, nobody can tell.
        let whole = try await verify([log], "--decision-log-key", key, "--strict")
        #expect(whole.status == 1 && whole.output.contains("0 found, 1 cannot be told"), "\(whole.output)")
        #expect(whole.output.contains("somebody cut them before the next start"))
        let lines = try folder.text("decisions.log").split(separator: "\n")
        let cut = try folder.write((lines.prefix(1) + lines.dropFirst(2)).joined(separator: "\n") + "\n", to: "cut")
        let found = try await verify([cut], "--decision-log-key", key)
        #expect(found.status == 1 && found.output.contains("missing behind line 1"), "\(found.output)")
    }

    @Test(arguments: ["", "0123456789abcdef0123456789abcde", String(repeating: "k", count: 5000)])
    func `takes no key that is none, and prints nothing of it`(text: String) async throws {
        let folder = try Folder()
        let key = try folder.write(text, to: "key")
        let serve = ["serve", "--port", "0", "--decision-log", folder.path("log"), "--decision-log-key", key]
        for arguments in [serve, ["replay", "--verify", "-", "--decision-log-key", key]] {
            let program = try await Program.agentrunAdmission(arguments)
            #expect(program.status == 2)
            #expect(program.errors.contains("cannot use the key of the decision log"))
            #expect(text.isEmpty || !program.errors.contains(text))
        }
    }

    @Test(arguments: [
        ["replay", "--decision-log-key", "key", "log"], ["replay", "--merged", "log"],
        ["replay", "--verify", "--policy", "new.yaml", "log"], ["serve", "--decision-log-key", "key"],
    ])
    func `is not asked what makes no sense`(arguments: [String]) async throws {
        let program = try await Program.agentrunAdmission(arguments)
        #expect(program.status == 2 && program.errors.contains("--"))
    }
}
