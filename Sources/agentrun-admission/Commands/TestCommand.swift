internal import ArgumentParser
internal import JSONPull
private import Policy

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

            EXIT CODES
              0  every case passes
              1  a case fails
              2  a suite or a file it names could not be read (the rest is run all the same), or the command is wrong
            """
    )

    /// Form of the results.
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text
        case junit
    }

    @Argument(help: ArgumentHelp("Suites of tests.", valueName: "suite"))
    var suites: [String] = []

    @Flag(
        name: .customLong("init"),
        help: "Write a first suite to the named file, or policy-tests.yaml, and do nothing else."
    )
    var isInit = false

    @Option(help: "Form of the results.")
    var output = Output.text

    @Flag(name: .shortAndLong, help: "Text only of cases that fail, and no summary.")
    var quiet = false

    func validate() throws {
        if suites.isEmpty, !isInit {
            throw ValidationError("name at least one suite, or write a first one with --init")
        }
    }

    func run() throws {
        if isInit { return try writeFirstSuites() }
        let results = suites.map { SuiteResult(running: $0) }
        for result in results {
            if let problem = result.problem { StandardError.write("\(VisibleText.lines(problem))\n") }
        }
        switch output {
        case .text: StandardOutput.write(SuiteResult.text(results, isQuiet: quiet, style: .standardOutput))
        case .junit: StandardOutput.write(SuiteResult.junit(results))
        }
        throw ExitCode(results.map(\.exitCode).max() ?? 0)
    }

    private func writeFirstSuites() throws(CommandFailure) {
        for path in suites.isEmpty ? ["policy-tests.yaml"] : suites {
            try NewFile.write(FirstSuite.text, to: path)
            StandardError.write(VisibleText.line("wrote \(path); run it with: agentrun-admission test \(path)") + "\n")
        }
    }
}
