import Foundation
import Glibc
import TestPatience
import TestPrograms

/// A running `serve` on a port of its own.
final class Webhook: Sendable {
    /// The server did not get ready.
    struct NotReady: Error, CustomStringConvertible {
        var description: String
    }

    let port: Int
    let folder: Folder
    private let program: RunningProgram

    var url: String { "https://127.0.0.1:\(port)" }
    var isRunning: Bool { program.isRunning }

    private init(port: Int, folder: Folder, program: RunningProgram) {
        self.port = port
        self.folder = folder
        self.program = program
    }

    /// Starts `serve --host 127.0.0.1 --port 0`, without metrics and the delay of a drain unless they are asked for, and waits
    /// for its ready line.
    static func start(_ arguments: String...) async throws -> Webhook { try await start(arguments) }

    /// The same as another user, which needs the rights of the superuser.
    static func start(_ arguments: [String], as user: String?) async throws -> Webhook {
        let change = user.map { ["/usr/bin/setpriv", "--reuid", $0, "--regid", "nogroup", "--clear-groups"] }
        return try await start(arguments, through: change ?? [])
    }

    /// The same by a program that changes something and then becomes the one it is told.
    static func start(_ arguments: [String], through command: [String] = []) async throws -> Webhook {
        let folder = try Folder()
        let log = try folder.write("", to: "log")
        // The last of an option that is given twice counts.
        let serve =
            ["serve", "--host", "127.0.0.1", "--port", "0", "--metrics-port", "none", "--drain-delay", "0"] + arguments
        let words = command + [Program.underTest] + serve
        let program = try await RunningProgram.start(words[0], Array(words.dropFirst()), log: log)
        let deadline = ContinuousClock.now + .seconds(30 * Patience.factor)
        let hasMetrics = arguments.contains("--metrics-port")
        while program.isRunning, ContinuousClock.now < deadline {
            let text = try folder.text("log")
            // The two say so in any order.
            if let ready = try port(in: text, of: "ready"), try !hasMetrics || port(in: text, of: "metrics") != nil {
                return Webhook(port: ready, folder: folder, program: program)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NotReady(description: try folder.text("log"))
    }

    /// The port of the line that says `message`, in either form of a log line.
    private static func port(in log: String, of message: String) throws -> Int? {
        let line = log.split(separator: "\n").first { line in
            line.hasSuffix(" \(message)") || line.contains(#""message":"\#(message)""#)
        }
        return line?.firstMatch(of: /https?:\/\/127\.0\.0\.1:([0-9]+)/).flatMap { Int($0.1) }
    }

    /// Where the metrics are, for a server that was started with `--metrics-port 0`.
    var metricsPort: Int? { get throws { try Self.port(in: log, of: "metrics") } }

    /// Where the status page is, for a server that was started with `--status-port 0`.
    var statusPort: Int? {
        get async throws {
            let deadline = ContinuousClock.now + .seconds(30 * Patience.factor)
            while ContinuousClock.now < deadline {
                if let port = try Self.port(in: log, of: "status") { return port }
                try await Task.sleep(for: .milliseconds(20))
            }
            return nil
        }
    }

    /// Sends a signal.
    func send(_ signal: Int32) { kill(program.identifier, signal) }

    /// The exit status, once it has ended by itself.
    var exitStatus: Int32 { get async throws { try await program.exitStatus } }

    var log: String { get throws { try folder.text("log") } }

    /// A number of bytes of `/proc/PID/status`, such as `VmRSS`.
    func memory(_ field: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(program.identifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(field):") } ?? ""
        return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }

    /// The soft limit of `/proc/PID/limits`, such as `Max open files`.
    func limit(_ name: String) throws -> Int? {
        let limits = try String(contentsOfFile: "/proc/\(program.identifier)/limits", encoding: .utf8)
        let line = limits.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.dropFirst(name.count).split(separator: " ").first.flatMap { Int($0) }
    }

    /// The time processors have worked for it.
    var processorTime: Duration {
        get throws {
            let text = try String(contentsOfFile: "/proc/\(program.identifier)/stat", encoding: .utf8)
            // The name is in parentheses and may hold anything; the times are the 14th and 15th field, in hundredths.
            let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
            return .milliseconds(10 * fields[12...13].reduce(0) { $0 + (Int($1) ?? 0) })
        }
    }

    /// Sends SIGTERM and waits for the end; the exit status.
    func stop() async throws -> Int32 { try await program.stop() }

    // MARK: Asking it with curl

    /// An answer as curl saw it.
    struct Answer: Sendable {
        var status: Int
        var body: String
    }

    /// Posts `body` to `/validate` as a kube-apiserver does.
    func post(_ body: [UInt8], _ options: String...) async throws -> Answer {
        let file = try folder.write(body, to: UUID().uuidString)
        return try await curl(
            ["--header", "Content-Type: application/json", "--data-binary", "@\(file)"] + options,
            "/validate?timeout=10s"
        )
    }

    func post(_ body: String, _ options: String...) async throws -> Answer {
        let file = try folder.write(body, to: UUID().uuidString)
        return try await curl(
            ["--header", "Content-Type: application/json", "--data-binary", "@\(file)"] + options,
            "/validate?timeout=10s"
        )
    }

    func get(_ target: String, _ options: String...) async throws -> Answer { try await curl(options, target) }

    /// `GET /metrics`.
    func metrics(_ options: String...) async throws -> Answer {
        let port = try metricsPort ?? 0
        return try await curl(options, "/metrics", of: "\(options.isEmpty ? "http" : "https")://127.0.0.1:\(port)")
    }

    private func curl(_ options: [String], _ target: String, of server: String? = nil) async throws -> Answer {
        let program = try await Program.run(
            "/usr/bin/env",
            ["curl", "--silent", "--insecure", "--noproxy", "*", "--max-time", "20", "--write-out", "\n%{http_code}"]
                + options + ["\(server ?? url)\(target)"]
        )
        let lines = program.output.split(separator: "\n", omittingEmptySubsequences: false)
        return Answer(
            status: lines.last.flatMap { Int($0) } ?? 0,
            body: lines.dropLast().joined(separator: "\n")
        )
    }
}
