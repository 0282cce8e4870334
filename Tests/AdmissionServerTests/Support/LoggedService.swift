import AgentRuns
import Foundation
import Logging
import NIOCore
import NIOPosix
import Replay

@testable import AdmissionServer

/// The service with a decision log in a folder of its own, written by a thread of its own.
final class LoggedService: Sendable {
    let folder: String
    let path: String
    let log: DecisionLog
    let service: ServiceUnderTest
    let messages = LogRecorder()
    private let counted = AdmissionMetrics()
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    var counters: AdmissionMetrics.DecisionLogCounters { counted.decisionLog }

    /// - Parameters:
    ///   - name: of the file.
    ///   - maximumBytes: from which on it is rotated.
    ///   - rotatedFiles: that are kept.
    ///   - limits: of what waits.
    ///   - chain: seals the lines.
    ///   - prepare: makes the file, if it is to be there before.
    /// - Throws: what `prepare` throws, or why the file cannot be opened.
    init(
        name: String = "decisions.log",
        maximumBytes: Int = 1 << 30,
        rotatedFiles: Int = 2,
        limits: DecisionQueue.Limits = DecisionQueue.Limits(),
        chain: LineChain? = nil,
        prepare: (String) throws -> Void = { _ in }
    ) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("decision-log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
        path = "\(folder)/\(name)"
        try prepare(path)
        let recorder = messages
        log = try DecisionLog(
            location: .init(path: path, maximumBytes: maximumBytes, rotatedFiles: rotatedFiles),
            chain: chain,
            eventLoop: loops.next(),
            counters: counted.decisionLog,
            now: { Timestamp(seconds: 1_770_000_000) },
            logger: Logger(label: "test") { _ in recorder.handler() },
            limits: limits
        )
        service = ServiceUnderTest(decisions: log)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
        loops.shutdownGracefully { _ in }
    }

    /// Posts runs on a branch each, whose names start with `prefix`; whether all were answered.
    func post(_ count: Int, _ prefix: String = "run") -> Bool {
        (0..<count).allSatisfy { number in
            let name = "\(prefix)-\(number)"
            return service.post(Review(uid: "uid-\(name)", name: name, head: "codex/\(name)")).status == 200
        }
    }

    /// Waits until all is written; how many decisions were lost.
    func stop(within timeout: TimeAmount = .seconds(60)) async -> Int { await log.stop(within: timeout) }

    func lines(_ suffix: String = "") throws -> [Substring] {
        try String(contentsOfFile: path + suffix, encoding: .utf8).split(separator: "\n")
    }

    /// Files in the folder, sorted.
    var files: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
    }
}
