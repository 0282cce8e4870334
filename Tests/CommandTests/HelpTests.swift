import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `Help` {
    @Test(
        arguments: [
            "serve", "check", "explain", "test", "review", "audit", "certs", "certs generate", "policy", "policy check",
            "policy show", "policy schema", "rules", "version",
        ]
    )
    func `of a command has an overview, examples and exit codes`(command: String) async throws {
        let words = command.split(separator: " ").map(String.init)
        let program = try await Program.run(Program.underTest, words + ["--help"])
        #expect(program.status == 0)
        for part in [
            "OVERVIEW: ", "\nEXAMPLES\n  agentrun-admission \(command)", "\nEXIT CODES\n  0  ",
            "USAGE: agentrun-admission \(command)",
        ] {
            #expect(program.output.contains(part), "\(part)\n\(program.output)")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `comes with completions`(shell: String) async throws {
        let program = try await Program.agentrunAdmission("--generate-completion-script", shell)
        #expect(program.status == 0)
        for command in ["check", "explain", "fail-on"] { #expect(program.output.contains(command)) }
        guard shell == "bash" else { return }
        let parsed = try await Program.named("bash", "-n", input: Array(program.output.utf8))
        #expect(parsed.status == 0, "\(parsed.errors)")
    }
}
