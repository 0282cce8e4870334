import Foundation

/// A program that ran to its end.
struct Program: Sendable {
    var status: Int32
    var output: String
    var errors: String

    /// The executable under test, which the build puts beside the tests.
    static let underTest = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("agentrun-admission").path

    /// Runs the executable under test.
    static func agentrunAdmission(_ arguments: String..., input: String = "") async throws -> Program {
        try await run(underTest, arguments, input: Array(input.utf8))
    }

    /// Runs a program found on the path.
    static func named(_ name: String, _ arguments: String..., input: [UInt8] = []) async throws -> Program {
        try await run("/usr/bin/env", [name] + arguments, input: input)
    }

    static func run(_ path: String, _ arguments: [String], input: [UInt8] = []) async throws -> Program {
        // Files in place of pipes: nobody has to read while it runs.
        let folder = try Folder()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle(forReadingAtPath: try folder.write(input, to: "in"))
        try folder.write("", to: "out")
        try folder.write("", to: "err")
        process.standardOutput = FileHandle(forWritingAtPath: folder.path("out"))
        process.standardError = FileHandle(forWritingAtPath: folder.path("err"))
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Program(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try folder.text("out"),
            errors: try folder.text("err")
        )
    }
}
