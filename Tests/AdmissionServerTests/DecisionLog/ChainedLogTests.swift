import Foundation
import Glibc
import Prometheus
import Replay
import TestPatience
import Testing

@testable import AdmissionServer

@Suite(.limit(minutes: 5)) struct `A chained decision log` {
    private static let key = try? ChainKey([UInt8](repeating: 3, count: 32))

    private func chain(_ start: UInt64 = 1) throws -> LineChain {
        LineChain(key: try #require(Self.key), stream: ChainLink.Stream(replica: "pod-a", random: (start, 0)))
    }

    private func chained(_ lines: [Substring]) throws -> [ChainedLine] {
        try lines.map { line in try #require(ChainedLine(Array(line.utf8)), "\(line)") }
    }

    /// Whether each line has the code it gets behind the one before it.
    private func isWhole(_ lines: [ChainedLine]) throws -> Bool {
        let key = try #require(Self.key)
        return zip(lines, lines.dropFirst()).allSatisfy { before, line in
            line.link.line == before.link.line + 1 && key.code(of: line.digest, after: before.code) == line.code
        }
    }

    @Test func `begins, goes on and ends with a line of its own`() async throws {
        let logged = try LoggedService(chain: chain())
        #expect(logged.post(3))
        #expect(await logged.stop() == 0)
        let lines = try chained(logged.lines())
        #expect(lines.map { $0.checkpoint?.place } == [.start, nil, nil, nil, .stop])
        #expect(try isWhole(lines))
        #expect(logged.counters.records.value == 3)
        // Who knows nothing of chains reads what there was before.
        let decision = try JSONSerialization.jsonObject(with: Data(logged.lines()[1].utf8)) as? [String: Any]
        #expect(decision?["uid"] as? String == "uid-run-0" && decision?["verdict"] != nil)
        let checkpoint = try JSONSerialization.jsonObject(with: Data(logged.lines()[0].utf8)) as? [String: Any]
        #expect(checkpoint?["dropped"] as? Int == 0)
    }

    @Test func `has its start in the file before the first decision`() async throws {
        let logged = try LoggedService(chain: chain())
        while try logged.lines().isEmpty { await Task.yield() }
        #expect(try chained(logged.lines()).map { $0.checkpoint?.place } == [.start])
        _ = await logged.stop()
    }

    @Test func `has a checkpoint every thousand lines`() async throws {
        let logged = try LoggedService(chain: chain())
        #expect(logged.post(2100))
        #expect(await logged.stop() == 0)
        let lines = try chained(logged.lines())
        #expect(try isWhole(lines))
        #expect(lines.filter { $0.checkpoint?.place == .lines }.map(\.link.line) == [1001, 2001])
    }

    @Test func `goes on over rotated files, which end and begin with checkpoints`() async throws {
        let logged = try LoggedService(maximumBytes: 20_000, rotatedFiles: 50, chain: chain())
        #expect(logged.post(60))
        #expect(await logged.stop() == 0)
        let count = try logged.files.count
        #expect(count > 5)
        var all: [ChainedLine] = []
        for number in stride(from: count - 1, through: 0, by: -1) {
            let suffix = number == 0 ? "" : ".\(number)"
            let lines = try chained(logged.lines(suffix))
            #expect(lines.first?.checkpoint?.place == (all.isEmpty ? .start : .continued))
            #expect(lines.last?.checkpoint?.place == (number == 0 ? .stop : .rotated))
            #expect(try Data(contentsOf: URL(fileURLWithPath: logged.path + suffix)).count <= 20_000)
            all += lines
        }
        #expect(try isWhole(all))
    }

    @Test func `says what it found in its file`() async throws {
        let first = try LoggedService(chain: chain())
        #expect(first.post(1))
        _ = await first.stop()
        let text = try String(contentsOfFile: first.path, encoding: .utf8)
        let last = try #require(try chained(first.lines()).last)
        for (rest, isCutOff) in [("", false), (#"{"time":"2026-1"#, true)] {
            let second = try LoggedService(chain: chain(2)) { path in
                try (text + rest).write(toFile: path, atomically: false, encoding: .utf8)
            }
            _ = await second.stop()
            let lines = try second.lines().suffix(2)
            let start = try chained(Array(lines))[0].checkpoint
            #expect(start?.after == Checkpoint.Predecessor(last: last.asLast, isCutOff: isCutOff))
        }
        // A new file, and one without a chain.
        for text in ["", "{}\n", "{}"] {
            let logged = try LoggedService(chain: chain(3)) { path in
                try text.write(toFile: path, atomically: false, encoding: .utf8)
            }
            _ = await logged.stop()
            let start = try chained(Array(logged.lines().suffix(2)))[0].checkpoint
            #expect(start?.after == Checkpoint.Predecessor(isCutOff: text == "{}"))
        }
    }

    @Test func `goes on in a new file when its own is taken away, even within a line`() async throws {
        // A file that may have 30 blocks of 512 bytes, which end within a line.
        let logged = try LoggedService(chain: chain())
        #expect(logged.post(3, "before"))
        while logged.counters.records.value < 3 { await Task.yield() }
        try FileManager.default.moveItem(atPath: logged.path, toPath: logged.path + ".moved")
        while try !FileManager.default.fileExists(atPath: logged.path) || logged.lines().isEmpty {
            #expect(logged.post(1, "again-\(UUID().uuidString)"))
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(await logged.stop() == 0)
        let lines = try chained(logged.lines(".moved") + logged.lines())
        #expect(try isWhole(lines))
        #expect(try chained(logged.lines())[0].checkpoint?.place == .continued)
    }

    @Test func `writes a line from its beginning when the file that has its half is gone`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("output-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // A pipe takes 64 KiB, of a line of 100,000 bytes and one before it.
        #expect(unsafe mkfifo("\(folder)/pipe", 0o600) == 0)
        let reader = FileHandle(forUpdatingAtPath: "\(folder)/pipe")
        defer { try? reader?.close() }
        func location(_ name: String) -> DecisionFile.Location {
            DecisionFile.Location(path: "\(folder)/\(name)", maximumBytes: 1 << 20, rotatedFiles: 1)
        }
        var output = DecisionOutput()
        output.add(Array("first\n".utf8))
        let long = String(repeating: "x", count: 100_000) + "\n"
        output.add(Array(long.utf8))
        output.addDecision()
        var pipe = try DecisionFile(opening: location("pipe"))
        #expect(throws: DecisionFile.Failure.self) { _ = try output.write(to: &pipe) }
        #expect(output.count < 100_000 && output.decisions == 1)
        output.beginLineAgain()
        #expect(output.count == long.utf8.count)
        var file = try DecisionFile(opening: location("file"))
        #expect(try output.write(to: &file) == 1)
        #expect(try String(contentsOfFile: "\(folder)/file", encoding: .utf8) == long)
    }

    @Test func `has no line over 16 KiB, and all of a decision in several`() async throws {
        for chain in [nil, try chain()] {
            let logged = try LoggedService(chain: chain)
            let long = (0..<3000).map { #""label-\#($0)":"é😀\"""# }.joined(separator: ",")
            #expect(
                logged.service.post(Review(uid: "u-1", name: "one", metadata: ",\"labels\":{\(long)}")).status == 200
            )
            let names = String(repeating: "n", count: 40_000)
            #expect(logged.service.post(Review(uid: names, name: names)).status == 200)
            #expect(await logged.stop() == 0)
            let lines = try logged.lines()
            #expect(lines.count > 6)
            var joiner = PartJoiner()
            var whole: [[UInt8]] = []
            for line in lines {
                #expect(line.utf8.count < DecisionLine.maximumLineBytes)
                if let line = joiner.join(Array(line.utf8)), !line.contains(Array(#""checkpoint""#.utf8)) {
                    whole.append(line)
                }
            }
            #expect(whole.count == 2)
            let objects = try whole.map {
                try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
            }
            #expect(objects.map { ($0["uid"] as? String)?.count } == [3, 40_000])
            #expect(objects.allSatisfy { $0["verdict"] != nil && $0["parts"] == nil })
            #expect(logged.counters.records.value == 2)
        }
    }
}
