import Replay
import Reports
import TestPatience
import TestPrograms
import Testing

@testable import Offline

@Suite(.apart) struct `Verifying a log` {
    private func verify(
        _ files: [[String]],
        keys: [ChainKey?] = [ChainedLog.key],
        isMerged: Bool = false,
        end: String = "\n"
    ) throws -> VerificationReport {
        let folder = try Folder()
        var verification = LogVerification(keys: keys.compactMap(\.self), isMerged: isMerged)
        for (index, lines) in files.enumerated() {
            let text = lines.joined(separator: "\n") + (lines.isEmpty ? "" : end)
            try verification.run(try folder.write(text, to: "\(index)")) { _ in }
        }
        return verification.report()
    }

    /// `0:17 words` for each, by the number of the file.
    private func told(_ entries: [VerificationReport.Entry]) -> [String] {
        entries.map { entry in
            let place = entry.place.map { "\($0.file.split(separator: "/").last ?? ""):\($0.line) " } ?? ""
            return place + entry.message
        }
    }

    @Test func `finds nothing where nothing was done`() throws {
        let log = try ChainedLog.whole(lines: 2000)
        let report = try verify([log])
        #expect(report.found.isEmpty && report.doubts.isEmpty)
        #expect(report.lines == 2000 && report.verified == 2000 && report.starts == 1)
        #expect(report.exitStatus(isStrict: true) == .good)
        #expect(try verify([[]]).exitStatus(isStrict: true) == .good)
        // The last line end may be lost.
        #expect(try verify([log], end: "").exitStatus(isStrict: true) == .good)
    }

    /// What somebody without the key may do to a line in the middle, and what is said of it.
    static let attacks: [(name: String, change: @Sendable (inout [String]) -> Void, found: [String])] = [
        (
            "a changed verdict", { $0[9] = $0[9].replacing("false", with: "true") },
            ["0:10 pod-a, start 00000000: line 10 is not as it was written"]
        ),
        (
            "a changed code", { $0[9] = $0[9].replacing("\"mac\":\"", with: "\"mac\":\"00000000").withoutBytes(8) },
            ["0:10 pod-a, start 00000000: line 10 is not as it was written"]
        ),
        (
            "a changed first decision", { $0[1] = $0[1].replacing("false", with: "true") },
            ["0:2 pod-a, start 00000000: line 2 is not as it was written"]
        ),
        (
            "a changed checkpoint", { $0[0] = $0[0].replacing("2026", with: "2027") },
            ["0:1 pod-a, start 00000000: line 1 is not as it was written"]
        ),
        (
            "a missing line", { $0.remove(at: 9) },
            ["0:10 pod-a, start 00000000: line 10 is missing before line 11"]
        ),
        (
            "missing lines", { $0.removeSubrange(9..<12) },
            ["0:10 pod-a, start 00000000: lines 10 to 12 are missing before line 13"]
        ),
        (
            "swapped lines", { $0.swapAt(9, 10) },
            ["0:10 pod-a, start 00000000: line 11 stands before line 10"]
        ),
        (
            "a line twice", { $0.insert($0[9], at: 10) },
            ["0:11 pod-a, start 00000000: line 10 is there a second time, or out of order"]
        ),
        (
            "a line twice, further up", { $0.insert($0[15], at: 10) },
            ["0:11 pod-a, start 00000000: line 16 is there a second time, or out of order"]
        ),
        (
            "a line without a chain", { $0.insert(#"{"uid":"x","verdict":{"allowed":true}}"#, at: 10) },
            ["0:11 the line is not chained: written without a key, put there, or not whole"]
        ),
        (
            "a cut line", { $0[9] = String($0[9].dropLast(20)) },
            [
                "0:10 the line is not chained: written without a key, put there, or not whole",
                "0:11 pod-a, start 00000000: line 10 is missing before line 11",
            ]
        ),
        (
            "another number", { $0[9] = $0[9].replacing("\"line\":10,", with: "\"line\":11,") },
            [
                "0:10 pod-a, start 00000000: line 10 is missing before line 11",
                "0:11 pod-a, start 00000000: line 11 is there a second time, or out of order",
            ]
        ),
    ]

    @Test(arguments: attacks.indices) func `names what was done`(index: Int) throws {
        let attack = Self.attacks[index]
        var log = try ChainedLog.whole()
        attack.change(&log)
        let report = try verify([log])
        #expect(told(report.found) == attack.found, "\(attack.name)")
        #expect(report.exitStatus(isStrict: false) == .refused)
    }

    @Test func `notices any other bytes in any line, at its place`() throws {
        let log = try ChainedLog.whole()
        for index in log.indices {
            // A digit of the code, a letter of the object, a figure of the number of the checkpoint or the uid.
            for (old, new) in [("\"mac\":\"", "\"mac\":\"x"), ("o", "0"), ("{", "{ "), ("1", "2")] {
                var changed = log
                guard let range = changed[index].firstRange(of: old) else { continue }
                changed[index].replaceSubrange(range, with: new)
                let report = try verify([changed])
                #expect(report.exitStatus(isStrict: false) == .refused, "line \(index + 1), \(old)")
                #expect(report.found.contains { $0.place?.line == index + 1 || $0.place?.line == index + 2 })
            }
        }
    }

    @Test func `tells that nobody can say whether the last lines were cut`() throws {
        let log = try ChainedLog.whole()
        for kept in 1..<log.count {
            let report = try verify([Array(log.prefix(kept))])
            #expect(report.found.isEmpty)
            #expect(told(report.doubts).count == 1 && told(report.doubts)[0].hasPrefix("0:\(kept) pod-a"))
            #expect(report.exitStatus(isStrict: true) == .refused && report.exitStatus(isStrict: false) == .good)
        }
        // A line that is cut off says so besides.
        let cut = try verify([Array(log.prefix(5)) + [String(log[5].dropLast(9))]], end: "")
        #expect(told(cut.doubts).contains { $0.hasPrefix("0:6 the last line is cut off") })
    }

    @Test func `finds cut lines by the start that comes after them`() throws {
        let first = try ChainedLog.whole()
        let second = try ChainedLog.whole(start: 2, after: first.last)
        #expect(try verify([first + second]).exitStatus(isStrict: true) == .good)
        let cut = try verify([Array(first.dropLast(3)) + second])
        let found =
            "0:17 pod-a, start 00000000: lines to 20 are missing behind line 17: start 00000000 found them there"
        #expect(told(cut.found) == [found])
        // Before the next start nobody can tell, unless the start was stopped.
        let early = Array(first.dropLast(3))
        let killed = try verify([early + ChainedLog.whole(start: 2, after: early.last)])
        #expect(killed.found.isEmpty && killed.doubtCount == 1)
        #expect(
            told(killed.doubts)[0].contains("behind line 17")
                && told(killed.doubts)[0].hasSuffix("before the next start")
        )
        // A whole start that is gone.
        let gone = try verify([second])
        #expect(gone.found.isEmpty)
        #expect(told(gone.doubts)[0].contains("it began behind line 20 of start"))
    }

    @Test func `knows an old file in the place of a newer one`() throws {
        var log = try ChainedLog()
        log.decide(10)
        let old = log.lines
        log.decide(10)
        log.checkpoint(.stop)
        let next = try ChainedLog.whole(start: 2, after: log.lines.last)
        // The file as it was half an hour ago, and the next start's beside it.
        let report = try verify([old, next])
        #expect(told(report.found).map { $0.hasPrefix("0:11 ") } == [true])
        // The file of then beside the file of now.
        let twice = try verify([log.lines, old])
        #expect(told(twice.found).contains { $0.contains("lines 1 to 11 are there a second time") })
    }

    @Test func `takes rotated files in any order, and misses one`() throws {
        var log = try ChainedLog()
        var files: [[String]] = []
        for _ in 0..<3 {
            log.decide(8)
            log.checkpoint(.rotated)
            files.append(Array(log.lines.dropFirst(files.joined().count)))
            log.checkpoint(.continued)
        }
        log.checkpoint(.stop)
        files.append(Array(log.lines.dropFirst(files.joined().count)))
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
            let report = try verify(order.map { files[$0] })
            #expect(report.exitStatus(isStrict: true) == .good && report.verified == log.lines.count)
        }
        // The oldest is gone, as it is in time: all that is left can be verified.
        let younger = try verify(Array(files.dropFirst()))
        #expect(younger.found.isEmpty && younger.doubtCount == 1 && younger.verified == younger.lines)
        let without = try verify([files[0], files[2], files[3]])
        #expect(told(without.found).count == 1 && told(without.found)[0].contains("lines 11 to 20 are missing before"))
        // The end of one is bound by the next.
        let cut = try verify([files[0], Array(files[1].dropLast(2)), files[2], files[3]])
        #expect(told(cut.found) == ["2:1 pod-a, start 00000000: lines 19 to 20 are missing before line 21"])
        // And the head.
        let headless = try verify([files[0], Array(files[1].dropFirst(2)), files[2], files[3]])
        #expect(told(headless.found).count == 1 && headless.found[0].place?.line == 1)
        #expect(told(headless.doubts).count == 1)
        // The first line of a file is checked by the last of the one before it.
        var changed = files
        changed[2].removeFirst()
        changed[2][0] = changed[2][0].replacing("false", with: "true")
        #expect(told(try verify(changed).found).contains { $0.hasPrefix("2:1 ") })
    }

    @Test func `takes lines of several replicas, one after the other or mixed`() throws {
        let (one, two) = (try ChainedLog.whole("pod-a"), try ChainedLog.whole("pod-b", start: 2))
        let mixed = zip(one, two).flatMap { [$0, $1] }
        #expect(try verify([one + two]).exitStatus(isStrict: true) == .good)
        #expect(try verify([mixed]).exitStatus(isStrict: true) == .good)
        var missing = mixed
        missing.remove(at: 20)
        #expect(told(try verify([missing]).found) == ["0:22 pod-a, start 00000000: line 11 is missing before line 12"])
    }

    @Test func `finds a line of another replica`() throws {
        var (one, two) = (try ChainedLog.whole("pod-a"), try ChainedLog.whole("pod-b", start: 2))
        one.insert(two[9], at: 10)
        let alone = try verify([one])
        #expect(told(alone.found).count == 1 && told(alone.found)[0].hasPrefix("0:11 pod-b"))
        #expect(told(try verify([one, two]).found).contains { $0.hasPrefix("0:11 pod-b") || $0.hasPrefix("1:") })
        // In what another program has put together it may be the first there is.
        let merged = try verify([one], isMerged: true)
        #expect(merged.found.isEmpty && merged.doubtCount == 3)
        // Under the other's name.
        two[9] = one[9].replacing("pod-a", with: "pod-b")
        #expect(try verify([two]).foundCount > 0)
    }

    @Test func `knows another key from changed lines`() throws {
        let other = try ChainKey([UInt8](repeating: 8, count: 32))
        let (old, new) = (try ChainedLog.whole(key: other), try ChainedLog.whole(start: 2))
        let one = try verify([old, new])
        #expect(told(one.found).count == 1)
        #expect(
            told(one.found)[0].contains(
                "none of its 20 lines fits a key that is given, by its own word of the key \(other.id)"
            )
        )
        #expect(try verify([old, new], keys: [other, ChainedLog.key]).exitStatus(isStrict: true) == .good)
        // Who has no key cannot write a log.
        let forged = try ChainedLog.whole(key: other).map { $0.replacing(other.id, with: ChainedLog.key?.id ?? "") }
        #expect(try verify([forged]).foundCount == 1)
    }

    @Test func `without a key compares numbers, and says so`() throws {
        var log = try ChainedLog.whole()
        log[9] = log[9].replacing("false", with: "true")
        let changed = try verify([log], keys: [])
        #expect(changed.found.isEmpty && changed.verified == 0 && changed.exitStatus(isStrict: true) == .refused)
        #expect(told(changed.doubts)[0].hasPrefix("without a key"))
        log.remove(at: 5)
        #expect(
            told(try verify([log], keys: []).found) == ["0:6 pod-a, start 00000000: line 6 is missing before line 7"]
        )
    }

    @Test func `forgives a line that a start has put an end to`() throws {
        var first = try ChainedLog()
        first.decide(5)
        guard let key = ChainedLog.key else { return }
        let last = ChainedLine(Array(first.lines[5].utf8))?.asLast
        var chain = LineChain(key: key, stream: ChainLink.Stream(replica: "pod-a", random: (2, 2)))
        func line(_ place: Checkpoint.Place, isCutOff: Bool) -> String {
            let after = place == .start ? Checkpoint.Predecessor(last: last, isCutOff: isCutOff) : nil
            return String(decoding: chain.checkpoint(place, after: after, at: noon).dropLast(), as: UTF8.self)
        }
        let second = [line(.start, isCutOff: true), line(.stop, isCutOff: false)]
        let report = try verify([first.lines + [#"{"time":"2026"#] + second])
        #expect(report.found.isEmpty && report.doubtCount == 2)
        #expect(
            told(report.doubts)[0].hasPrefix("0:6 pod-a") && told(report.doubts)[1].hasPrefix("0:7 the line was cut")
        )
    }

    /// Numbers that somebody made up, at the end of what an integer holds, are no place in a chain.
    @Test(arguments: [
        [Int.max, 1], [Int.max, Int.max], [1, Int.max], [Int.max - 1, Int.max, 1], [1 << 53, 1, (1 << 53) + 1],
    ])
    func `survives any number`(numbers: [Int]) throws {
        let log = try ChainedLog.whole(lines: 3)
        let forged = numbers.map { log[1].replacing(#""line":2,"#, with: #""line":\#($0),"#) }
        for lines in [forged, log + forged, forged + log] {
            #expect(try verify([lines]).foundCount > 0)
            #expect(try verify([lines], keys: []).foundCount > 0)
        }
    }

    @Test func `has bounds`() throws {
        let log = try ChainedLog.whole(lines: 400)
        var verification = LogVerification(keys: [], isMerged: false)
        let folder = try Folder()
        let path = try folder.write((log.reversed().joined(separator: "\n") + "\n"), to: "log")
        var failure: CommandFailure?
        for _ in 0...(LogVerification.maximumSegments / 400) where failure == nil {
            do throws(CommandFailure) { try verification.run(path) { _ in } } catch { failure = error }
        }
        #expect(failure?.message.contains("out of order in more than 100000 places") == true)
    }

    @Test func `prints lines and JSON that act on no terminal`() throws {
        var log = try ChainedLog.whole()
        log[9] = log[9].replacing("false", with: "true")
        let report = try verify([log])
        #expect(text(report).contains(":10: found: pod-a, start 00000000: line 10 is not as it was written\n"))
        #expect(
            text(report).hasSuffix(
                "20 chained lines of 1 start in 1 file: 19 as they were written, 1 found, 0 cannot be told\n"
            )
        )
        let json = String(decoding: OutputForm<VerificationReport>(named: "json")?.output(report) ?? [], as: UTF8.self)
        #expect(json.contains(#""line":10,"message":"pod-a, start 00000000: line 10 is not as it was written""#))
        #expect(
            json.hasSuffix(
                #""summary":{"files":1,"lines":20,"starts":1,"verified":19,"found":1,"cannotTell":0}}"# + "\n"
            )
        )
    }
}

extension String {
    /// Without the last `count` digits of the code, so that a longer one is as long as before.
    fileprivate func withoutBytes(_ count: Int) -> String { String(dropLast(3 + count)) + "\"}}" }
}
