import Foundation
package import Subprocess
import SystemPackage

/// A program that ran to its end.
package struct Program: Sendable {
    package var status: Int32
    package var output: String
    package var errors: String

    private static let maximumOutputBytes = 256 << 20

    /// The executable under test: the one that `AGENTRUN_ADMISSION_EXECUTABLE` names, else that which the build puts beside the
    /// tests.
    package static let underTest =
        ProcessInfo.processInfo.environment["AGENTRUN_ADMISSION_EXECUTABLE"]
        ?? URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("agentrun-admission").path

    /// Runs the executable under test.
    package static func agentrunAdmission(_ arguments: String..., input: String = "") async throws -> Program {
        try await agentrunAdmission(arguments, input: input)
    }

    /// The same with arguments that are made up.
    package static func agentrunAdmission(_ arguments: [String], input: String = "") async throws -> Program {
        try await run(underTest, arguments, input: Array(input.utf8))
    }

    /// Runs a program found on the path.
    package static func named(_ name: String, _ arguments: String..., input: [UInt8] = []) async throws -> Program {
        try await run("/usr/bin/env", [name] + arguments, input: input)
    }

    /// Runs the program at `path`; the folder `searchPath` goes before the others of PATH.
    package static func run(
        _ path: String,
        _ arguments: [String],
        input: [UInt8] = [],
        searchPath: String? = nil
    ) async throws -> Program {
        var environment = Environment.inherit
        if let searchPath {
            let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            environment = environment.updating(["PATH": "\(searchPath):\(inherited)"])
        }
        let result = try await Subprocess.run(
            .path(.init(path)),
            arguments: Arguments(arguments),
            environment: environment,
            input: .array(input),
            output: .bytes(limit: maximumOutputBytes),
            error: .bytes(limit: maximumOutputBytes)
        )
        return Program(
            status: result.terminationStatus.number,
            output: String(decoding: result.standardOutput, as: UTF8.self),
            errors: String(decoding: result.standardError, as: UTF8.self)
        )
    }
}

extension TerminationStatus {
    /// The exit status, or the signal below zero.
    package var number: Int32 {
        switch self {
        case .exited(let status): status
        case .signaled(let signal): -signal
        }
    }
}
