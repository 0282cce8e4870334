import Foundation
import Subprocess
import SystemPackage

/// A program that ran to its end.
struct Program: Sendable {
    var status: Int32
    var output: String
    var errors: String

    private static let maximumOutputBytes = 16 << 20

    /// The executable under test, which the build puts beside the tests.
    static let underTest = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("agentrun-admission").path

    /// Runs the executable under test.
    static func agentrunAdmission(_ arguments: String...) async throws -> Program {
        try await run(underTest, arguments)
    }

    /// Runs a program found on the path.
    static func named(_ name: String, _ arguments: String...) async throws -> Program {
        try await run("/usr/bin/env", [name] + arguments)
    }

    /// Runs the program at `path`; the folder `searchPath` goes before the others of PATH.
    static func run(_ path: String, _ arguments: [String], searchPath: String? = nil) async throws -> Program {
        var environment = Environment.inherit
        if let searchPath {
            let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            environment = environment.updating(["PATH": "\(searchPath):\(inherited)"])
        }
        let result = try await Subprocess.run(
            .path(.init(path)),
            arguments: Arguments(arguments),
            environment: environment,
            input: .none,
            output: .bytes(limit: maximumOutputBytes),
            error: .bytes(limit: maximumOutputBytes)
        )
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): -signal
            }
        return Program(
            status: status,
            output: String(decoding: result.standardOutput, as: UTF8.self),
            errors: String(decoding: result.standardError, as: UTF8.self)
        )
    }
}
