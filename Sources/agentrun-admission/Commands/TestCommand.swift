internal import ArgumentParser
internal import JSONPull
internal import Offline
internal import Reports

/// `test`: runs tests of a policy.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run tests of a policy, written in YAML.",
        discussion: """
            A suite has cases: an object or a review, from a file or written in place, the policy and the cluster state it \
            is judged by, and what is expected: whether it is allowed, every finding by rule, reason, action and field, \
            warnings by text or regular expression. A finding nobody expected fails the case. Paths are relative to the \
            suite's file. docs/policy-tests.md has all keys.

            EXAMPLES
              agentrun-admission test --init
              agentrun-admission test policy-tests.yaml
              agentrun-admission test --output junit tests/*.yaml > results.xml

            \(ExitCodes.test.help)
            """
    )

    @Argument(help: ArgumentHelp("Suites of tests.", valueName: "suite"))
    var suites: [String] = []

    @Flag(
        name: .customLong("init"),
        help: "Write a first suite to the named file, or policy-tests.yaml, and do nothing else."
    )
    var isInit = false

    @Option(help: "Form of the results.")
    var output = OutputForm<SuiteReport>.first

    @Flag(name: .shortAndLong, help: "Text only of cases that fail, and no summary.")
    var quiet = false

    func validate() throws {
        if suites.isEmpty, !isInit {
            throw ValidationError("name at least one suite, or write a first one with --init")
        }
    }

    func run() throws {
        if isInit { return try writeFirstSuites() }
        let report = SuiteRun.report(suites, now: Clocks.wall)
        StandardError.write(report.problemText)
        StandardOutput.write(output.output(report, .standardOutput(isQuiet: quiet)))
        throw ExitCode(report.exitStatus)
    }

    private func writeFirstSuites() throws(CommandFailure) {
        for path in suites.isEmpty ? ["policy-tests.yaml"] : suites {
            try NewFile.write(FirstSuite.text, to: path)
            StandardError.write(VisibleText.line("wrote \(path); run it with: agentrun-admission test \(path)") + "\n")
        }
    }
}
