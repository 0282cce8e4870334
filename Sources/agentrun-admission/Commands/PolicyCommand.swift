internal import ArgumentParser
internal import Policy

/// `policy`: what is judged by.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Look at policies.",
        discussion: """
            EXAMPLES
              agentrun-admission policy show > policy.yaml
              agentrun-admission policy check policy.yaml

            EXIT CODES
              0  the policy is good
              1  something in it has no effect
              2  it cannot be read or is no policy
            """,
        subcommands: [Show.self, Check.self, Schema.self]
    )

    /// `policy check`: finds mistakes, and what has no effect.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check policy files, and find in them what has no effect.",
            discussion: """
                Besides mistakes it names patterns that match nothing or nothing new, an allowed pattern that is denied, a rule \
                that is configured but Off, an override that an earlier one hides, and an exemption that has expired or \
                exempts nothing.

                EXAMPLES
                  agentrun-admission policy check policies/*.yaml

                EXIT CODES
                  0  nothing to say
                  1  something has no effect
                  2  a file cannot be read or is no policy
                """
        )

        @Argument(help: ArgumentHelp("Policy files.", valueName: "file"))
        var files: [String]

        func run() throws {
            var code: Int32 = 0
            for file in files {
                do {
                    let bytes = try PolicyOptions.contents(of: file)
                    let problems = try PolicyLint.problems(in: bytes, file: file, now: Clocks.wall())
                    for problem in problems {
                        StandardOutput.write("\(file):\(problem.line):\(problem.column): \(problem.message)\n")
                    }
                    if !problems.isEmpty { code = max(code, 1) }
                } catch {
                    StandardError.write("\((error as? CommandFailure)?.message ?? "\(error)")\n")
                    code = CommandFailure.exitCode
                }
            }
            if code != 0 { throw ExitCode(code) }
        }
    }

    /// `policy schema`: prints the JSON Schema.
    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the JSON Schema of a policy file, as deploy/agentrun-policy.schema.json has it.",
            discussion: """
                EXAMPLES
                  agentrun-admission policy schema > agentrun-policy.schema.json

                EXIT CODES
                  0  printed
                  2  the command is wrong, or standard output cannot be written
                """
        )

        func run() {
            StandardOutput.write(PolicySchema.json)
        }
    }

    /// `policy show`: prints a policy file.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the built-in policy as a file, or a policy file once it is found to be good.",
            discussion: """
                With --limits it prints what no policy changes: how large an object may be to be judged, and why.

                EXAMPLES
                  agentrun-admission policy show > policy.yaml
                  agentrun-admission policy show --policy policy.yaml
                  agentrun-admission policy show --limits --output json

                EXIT CODES
                  0  printed
                  2  the file cannot be read or is no policy
                """
        )

        @Option(help: ArgumentHelp("Check this file and print it.", valueName: "file"))
        var policy: String?

        @Flag(help: "Print the limits on what is judged instead.")
        var limits = false

        @Option(help: "text or json, with --limits.")
        var output: LimitsOutput?

        /// How the limits are printed.
        enum LimitsOutput: String, CaseIterable, ExpressibleByArgument {
            case text
            case json
        }

        func validate() throws {
            if limits, policy != nil { throw ValidationError("--limits are those of every policy: leave --policy out") }
            if output != nil, !limits { throw ValidationError("--output goes with --limits: a policy is a YAML file") }
        }

        func run() throws {
            if limits {
                switch output ?? .text {
                case .text: StandardOutput.write(SizeLimit.text)
                case .json: StandardOutput.write(SizeLimit.json)
                }
                return
            }
            guard let policy else {
                StandardOutput.write(AdmissionPolicy.builtInFile)
                return
            }
            let bytes = try PolicyOptions.contents(of: policy)
            _ = try PolicyOptions.load(bytes, file: policy)
            StandardOutput.write(bytes)
        }
    }
}
