import Glibc
import TestPatience
import Testing

@testable import KubernetesClient

@Suite(.limit(minutes: 2)) struct `A child process` {
    /// What a shell script writes.
    private static func output(_ script: String, timeoutMilliseconds: Int = 600_000) throws -> String {
        let bytes = try ChildProcess.output(
            of: ["sh", "-c", script],
            environment: [:],
            timeoutMilliseconds: timeoutMilliseconds,
            maximumBytes: 1 << 20
        )
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `has no descriptor of ours`() throws {
        // As listeners have them.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        let own = [listener] + ends
        defer { for file in own { close(file) } }
        for file in own { #expect(fcntl(file, F_GETFD) & FD_CLOEXEC == 0) }
        let lines = try Self.output("ls -l /proc/$$/fd; :").split(separator: "\n").filter { $0.contains(" -> ") }
        #expect(lines.count >= 3)
        for line in lines {
            let words = line.split(separator: " ")
            let number = try #require(words.dropLast(2).last.flatMap { Int($0) })
            // The list itself.
            #expect(number <= 2 || words.last?.hasPrefix("/proc/") ?? false, "\(line)")
        }
    }

    @Test func `ignores and blocks no signal, and leads a group of its own`() throws {
        // Nothing is done by default about it either.
        let last = signal(SIGURG, SIG_IGN)
        defer { signal(SIGURG, last) }
        // A shell that waits blocks all.
        let text = try Self.output("grep -E 'Sig(Ign|Blk)' /proc/self/status; cut -d ' ' -f 1,5 /proc/$$/stat")
        let words = text.split { $0 == " " || $0 == "\n" || $0 == "\t" }
        try #require(words.count == 6, "\(text)")
        // Two are glibc's own.
        let blocked = try #require(UInt64(words[1], radix: 16))
        let ignored = try #require(UInt64(words[3], radix: 16))
        #expect((blocked | ignored) & ~0x1_8000_0000 == 0, "\(text)")
        #expect(words[4] == words[5])
    }

    @Test func `that closes its output is not waited for`() throws {
        #expect(try Self.output("echo answer; exec >&-; sleep 300") == "answer\n")
        #expect(throws: ChildProcessError.failed(status: 3)) { try Self.output("echo answer; exec >&-; exit 3") }
    }

    @Test func `that ends is done, whoever has its output still`() throws {
        let file = "/tmp/child-\(UInt64.random(in: 0...UInt64.max))"
        defer { unsafe unlink(file) }
        // Ours is not for it to keep.
        let script = "sleep 300 2>/dev/null & echo $! >\(file)"
        #expect(try Self.output(script) == "")
        _ = try Self.output("kill $(cat \(file))")
        #expect(throws: ChildProcessError.failed(status: 4)) { try Self.output("\(script); exit 4") }
        _ = try Self.output("kill $(cat \(file))")
    }

    @Test func `is killed with all it has started`() throws {
        let folder = "/tmp/child-\(UInt64.random(in: 0...UInt64.max))"
        let script = "sleep 300 & echo $! >\(folder); wait"
        defer { unsafe unlink(folder) }
        #expect(throws: ChildProcessError.timedOut(milliseconds: 500)) {
            try Self.output(script, timeoutMilliseconds: 500)
        }
        // Whoever takes orphans in may not have looked yet.
        #expect(
            try Self.output("p=$(cat \(folder)); while grep -qs 'State:.[^Z]' /proc/$p/status; do sleep 1; done") == ""
        )
    }

    @Test func `whose end nobody has seen has not succeeded`() {
        // No child of ours.
        #expect(throws: ChildProcessError.self) { try ChildProcess.end(of: getppid()) }
    }
}
