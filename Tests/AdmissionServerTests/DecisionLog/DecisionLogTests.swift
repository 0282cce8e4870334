import AgentRuns
import Foundation
import Glibc
import Logging
import NIOCore
import NIOEmbedded
import Prometheus
import TestPatience
import Testing

@testable import AdmissionServer

@Suite(.limit(minutes: 5)) struct `The decision log` {
    /// A line as Foundation reads it.
    private func object(_ line: Substring) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test func `has one line a review, readable by its owner alone`() async throws {
        let logged = try LoggedService()
        let text = #""implementation":{"inline":{"text":"the-whole-prompt of this run"}},"#
        #expect(logged.service.post(Review(uid: "u-1", name: "one", spec: text)).allowed == true)
        #expect(logged.service.post(Review(uid: "u-2", name: "two")).allowed == false)
        #expect(logged.service.post("{").status == 400)
        #expect(await logged.stop() == 0)
        let lines = try logged.lines().map(object)
        #expect(lines.count == 3)
        let verdicts = lines.compactMap { $0["verdict"] as? [String: Any] }
        #expect(verdicts.map { $0["allowed"] as? Bool } == [true, false])
        #expect(lines.map { $0["uid"] as? String } == ["u-1", "u-2", nil])
        #expect(lines.allSatisfy { $0["time"] as? String == "2026-02-02T02:40:00Z" && $0["timings"] != nil })
        #expect((lines[2]["error"] as? String)?.contains("not valid JSON") == true)
        #expect(try !logged.lines().joined().contains("the-whole-prompt"))
        let mode = try FileManager.default.attributesOfItem(atPath: logged.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(logged.counters.records.value == 3)
        #expect(logged.counters.dropped.value == 0)
    }

    @Test func `goes on where it ended`() async throws {
        let logged = try LoggedService { try "{}\n".write(toFile: $0, atomically: false, encoding: .utf8) }
        #expect(logged.post(1))
        _ = await logged.stop()
        #expect(try logged.lines().count == 2)
    }

    @Test func `is rotated by size, whole lines in every file`() async throws {
        let logged = try LoggedService(maximumBytes: 20_000, rotatedFiles: 2)
        #expect(logged.post(60))
        #expect(await logged.stop() == 0)
        #expect(try logged.files == ["decisions.log", "decisions.log.1", "decisions.log.2"])
        var names: [String] = []
        for suffix in [".2", ".1", ""] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: logged.path + suffix)).count
            #expect(bytes <= 20_000)
            names += try logged.lines(suffix).map { try object($0)["uid"] as? String ?? "" }
        }
        // The oldest are gone, and of the others none is missing.
        #expect(names == (0..<60).map { "uid-run-\($0)" }.suffix(names.count))
        #expect(names.count > 10)
        #expect(logged.counters.records.value == 60)
    }

    @Test func `follows its path when the file is moved away`() async throws {
        let logged = try LoggedService()
        #expect(logged.post(1, "before"))
        while logged.counters.records.value < 1 { await Task.yield() }
        try FileManager.default.moveItem(atPath: logged.path, toPath: logged.path + ".moved")
        #expect(logged.post(1, "after"))
        #expect(await logged.stop() == 0)
        #expect(try logged.lines(".moved").count == 1)
        #expect(try logged.lines().map { try object($0)["uid"] as? String } == ["uid-after-0"])
    }

    @Test func `on a full disk stops nothing, says so once, and goes on when there is room`() async throws {
        let files = FileManager.default
        let logged = try LoggedService(limits: .init(records: 10, bytes: 1 << 20)) { path in
            try files.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
        }
        #expect(logged.post(10))
        while logged.counters.failures.value < 1 { await Task.yield() }
        #expect(logged.post(40, "more"))
        // What waits, and as many lines as were made before the first of them could not be written.
        let dropped = Int(logged.counters.dropped.value)
        #expect((30...40).contains(dropped))
        #expect(logged.counters.records.value == 0)
        let errors = logged.messages.lines.filter { $0.hasPrefix("error ") }
        #expect(errors.count == 1)
        #expect(errors.first?.contains("No space left on device") == true)
        // Room again.
        try files.removeItem(atPath: logged.path)
        try files.createSymbolicLink(atPath: logged.path, withDestinationPath: logged.folder + "/disk")
        #expect(await logged.stop() == 0)
        let lines = try logged.lines().map(object)
        #expect(Set(lines.compactMap { $0["uid"] as? String }).count == 50 - dropped)
        #expect(lines.compactMap { $0["dropped"] as? Int } == [dropped])
        #expect(logged.counters.records.value == 50 - dropped)
        #expect(logged.messages.lines.contains { $0.hasPrefix("notice the decision log is written again") })
    }

    @Test func `never waits for a pipe that nobody reads`() async throws {
        // Somebody has it open, or it could not be opened for writing; it is never read.
        var reader: FileHandle?
        let logged = try LoggedService { path in
            guard unsafe mkfifo(path, 0o600) == 0 else { throw CocoaError(.fileWriteUnknown) }
            reader = FileHandle(forUpdatingAtPath: path)
        }
        defer { try? reader?.close() }
        #expect(reader != nil)
        #expect(logged.post(200))
        let start = ContinuousClock.now
        let lost = await logged.stop(within: .milliseconds(300))
        #expect(lost > 0)
        #expect(ContinuousClock.now - start < .seconds(30 * Patience.factor))
    }

    @Test func `is bounded in number and size while nobody writes it`() throws {
        let counters = AdmissionMetrics().decisionLog
        let queue = DecisionQueue(limits: .init(records: 100, bytes: 100 * 8192), counters: counters)
        func decision(_ bytes: Int) -> Decision {
            Decision(
                body: ByteBuffer(repeating: 0x20, count: bytes),
                outcome: .errored("x"),
                evidence: nil,
                time: .init(seconds: 0),
                timings: .init(total: .zero)
            )
        }
        #expect(queue.add(decision(10)))
        for _ in 0..<199 { #expect(!queue.add(decision(10))) }
        #expect(queue.count == 100)
        #expect(counters.dropped.value == 100)
        let taken = queue.take()
        // What was taken keeps its room until it is done.
        _ = queue.add(decision(10))
        #expect(counters.dropped.value == 101)
        for decision in taken { queue.finish(decision) }
        for _ in 0..<100 { _ = queue.add(decision(100_000)) }
        #expect(queue.count == 7)
        // One that is too large to be kept has a line without its review.
        let large = decision(Decision.maximumBodyBytes + 1)
        #expect(large.body == nil && large.weight < 10_000)
    }

    @Test func `cannot be opened in a folder that is not there`() {
        let loop = EmbeddedEventLoop()
        #expect(throws: DecisionFile.Failure.self) {
            _ = try DecisionLog(
                location: .init(path: "/nowhere/at/all.log", maximumBytes: 1 << 20, rotatedFiles: 1),
                chain: nil,
                eventLoop: loop,
                counters: AdmissionMetrics().decisionLog,
                now: { .init(seconds: 0) },
                logger: .init(label: "test")
            )
        }
    }
}
