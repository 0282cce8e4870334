internal import ArgumentParser
internal import Offline
internal import Policy
internal import Reports

/// `policy`: what is judged by.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Look at policies.",
        discussion: """
            EXAMPLES
              agentrun-admission policy init --profile advise > policy.yaml
              agentrun-admission policy check policy.yaml

            \(ExitCodes.policy.help)
            """,
        subcommands: [Init.self, Show.self, Check.self, Schema.self]
    )

    /// `policy check`: finds mistakes, and what has no effect.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check policy files, and find in them what has no effect.",
            discussion: """
                Besides mistakes it names patterns that match nothing or nothing new, an allowed pattern that is denied, a rule \
                that is configured but Off, an override that an earlier one hides, and an exemption that has expired or \
                exempts nothing. It warns of an exemption in its last 30 days, and with --log says \
                which exemptions covered anything in decision logs; neither makes a difference to the exit code.

                EXAMPLES
                  agentrun-admission policy check policies/*.yaml
                  agentrun-admission policy check policy.yaml --log decisions.log.1 --log decisions.log

                \(ExitCodes.policyCheck.help)
                """
        )

        @Argument(help: ArgumentHelp("Policy files.", valueName: "file"))
        var files: [String]

        @Option(
            help: ArgumentHelp(
                "A decision log; once for each file of it. Says what each exemption covered there.",
                valueName: "file"
            )
        )
        var log: [String] = []

        func run() throws {
            var status = CommandStatus.good
            var exemptions: [(file: String, exemptions: [WrittenExemption])] = []
            for file in files {
                do {
                    let bytes = try PolicyFile.contents(of: file)
                    let lint = try PolicyLint(bytes, file: file, now: Clocks.wall())
                    for problem in lint.problems {
                        StandardOutput.write("\(file):\(problem.line):\(problem.column): \(problem.message)\n")
                    }
                    for warning in lint.warnings {
                        StandardOutput.write("\(file):\(warning.line):\(warning.column): warning: \(warning.message)\n")
                    }
                    if !lint.problems.isEmpty { status = max(status, .refused) }
                    exemptions.append((file, lint.exemptions))
                } catch {
                    StandardError.write("\((error as? CommandFailure)?.message ?? "\(error)")\n")
                    status = .failed
                }
            }
            if !log.isEmpty { status = max(status, tellUse(of: exemptions)) }
            if status != .good { throw ExitCode(status) }
        }

        /// What the logs say of the exemptions.
        private func tellUse(of exemptions: [(file: String, exemptions: [WrittenExemption])]) -> CommandStatus {
            var use = ExemptionUse(of: exemptions.flatMap(\.exemptions))
            var isRead = true
            var progress = ProgressLine.standardError
            for path in log {
                do throws(CommandFailure) {
                    try use.read(path) { line in progress.show("read \(line) lines of \(path)", at: line) }
                } catch {
                    progress.clear()
                    StandardError.write("\(error.message)\n")
                    isRead = false
                }
            }
            progress.clear()
            StandardError.write(use.problemText)
            for (file, exemptions) in exemptions { StandardOutput.write(use.text(of: exemptions, in: file)) }
            StandardOutput.write(use.summary)
            return isRead && use.unreadable == 0 ? .good : .failed
        }
    }

    /// `policy init`: prints a policy file to start from.
    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a commented policy file to start from.",
            discussion: """
                PROFILES
                \(PolicyProfile.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

                EXAMPLES
                  agentrun-admission policy init --profile advise > policy.yaml

                \(ExitCodes.policyInit.help)
                """
        )

        @Option(help: "advise, protect or strict.")
        var profile: PolicyProfile = .protect

        func run() {
            StandardOutput.write(profile.file)
        }
    }

    /// `policy schema`: prints the JSON Schema.
    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the JSON Schema of a policy file, as deploy/agentrun-policy.schema.json has it.",
            discussion: """
                EXAMPLES
                  agentrun-admission policy schema > agentrun-policy.schema.json

                \(ExitCodes.policySchema.help)
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

                \(ExitCodes.policyShow.help)
                """
        )

        @Option(help: ArgumentHelp("Check this file and print it.", valueName: "file"))
        var policy: String?

        @Flag(help: "Print the limits on what is judged instead.")
        var limits = false

        @Option(help: "text or json, with --limits.")
        var output: OutputForm<LimitsReport>?

        func validate() throws {
            if limits, policy != nil { throw ValidationError("--limits are those of every policy: leave --policy out") }
            if output != nil, !limits { throw ValidationError("--output goes with --limits: a policy is a YAML file") }
        }

        func run() throws {
            if limits { return StandardOutput.write((output ?? .first).output(LimitsReport())) }
            guard let policy else {
                StandardOutput.write(AdmissionPolicy.builtInFile)
                return
            }
            let bytes = try PolicyFile.contents(of: policy)
            _ = try PolicyFile.load(bytes, file: policy)
            StandardOutput.write(bytes)
        }
    }
}
