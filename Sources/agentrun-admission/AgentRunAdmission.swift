internal import ArgumentParser
private import Glibc
private import JSONPull
private import Offline
private import Reports

/// The command line: one root command, one file a subcommand.
@main
struct AgentRunAdmission: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agentrun-admission",
        abstract: "A validating admission webhook for AgentRun objects, and the same judgement offline.",
        subcommands: [
            ServeCommand.self, CheckCommand.self, ExplainCommand.self, TestCommand.self, ReviewCommand.self,
            AuditCommand.self, ReplayCommand.self,
            CertsCommand.self,
            PolicyCommand.self,
            RulesCommand.self,
            LanguageServerCommand.self,
            VersionCommand.self,
            BenchCommand.self,
        ]
    )

    /// Runs the command that was asked for.
    ///
    /// Exit code 2 says that the command could not be understood or could not do its work; 1 is left to commands whose
    /// answer is no.
    static func main() async {
        // A closed pipe is an error of the write, told like any other.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error)
        }
    }

    private static func end(with error: any Error) -> Never {
        if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
        if let failure = error as? CommandFailure {
            StandardError.write("agentrun-admission: \(failure.message)\n")
            Glibc.exit(CommandStatus.failed.rawValue)
        }
        let message = fullMessage(for: error)
        // A wish for help is no failure.
        if exitCode(for: error).isSuccess {
            StandardOutput.write("\(message)\n")
            Glibc.exit(0)
        }
        StandardError.write("\(VisibleText.lines(message))\n")
        Glibc.exit(CommandStatus.failed.rawValue)
    }
}
