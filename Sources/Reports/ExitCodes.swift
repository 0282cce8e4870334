/// What the exit codes of a command mean: help texts and README say what stands here.
package struct ExitCodes: Sendable {
    /// The command's words, `policy check`.
    package let command: String
    private let good: String
    /// Nil where the command asks nothing.
    private let refused: String?
    private let failed: String

    private init(_ command: String, good: String, refused: String? = nil, failed: String) {
        self.command = command
        self.good = good
        self.refused = refused
        self.failed = failed
    }

    /// Nil for what the command never ends with.
    package func meaning(of status: CommandStatus) -> String? {
        switch status {
        case .good: good
        case .refused: refused
        case .failed: failed
        }
    }

    /// The last part of the command's help.
    package var help: String {
        let lines = CommandStatus.allCases.compactMap { status in
            meaning(of: status).map { "  \(status.rawValue)  \($0)" }
        }
        return (["EXIT CODES"] + lines).joined(separator: "\n")
    }
}

// MARK: The table

extension ExitCodes {
    /// Of a command that only prints what this program has in itself.
    private static func printing(_ command: String) -> ExitCodes {
        ExitCodes(command, good: "printed", failed: "the command is wrong, or standard output cannot be written")
    }

    package static let all = [
        serve, check, explain, test, review, audit, replay, certs, certsGenerate, policy, policyCheck, policyInit,
        policySchema, policyShow, rules, languageServer, version,
    ]

    package static let serve = ExitCodes(
        "serve",
        good: "stopped by SIGTERM or SIGINT",
        refused: "it stopped for another reason",
        failed: "it cannot start as it was told to"
    )

    package static let check = ExitCodes(
        "check",
        good: "nothing is denied",
        refused: "something is denied, or with --fail-on warn is warned about",
        failed:
            "something could not be read, or kubectl would not take it (the rest is judged all the same), or the command is wrong"
    )

    package static let explain = ExitCodes(
        "explain",
        good: "nothing is denied",
        refused: "something is denied",
        failed: "something could not be read (the rest is explained all the same), or the command is wrong"
    )

    package static let test = ExitCodes(
        "test",
        good: "every case passes",
        refused: "a case fails",
        failed: "a suite or a file it names could not be read (the rest is run all the same), or the command is wrong"
    )

    package static let review = ExitCodes(
        "review",
        good: "the answer allows",
        refused: "it denies",
        failed: "the server would answer 400, or the command is wrong"
    )

    package static let audit = ExitCodes(
        "audit",
        good: "nothing that was judged is denied",
        refused: "something is denied, or with --fail-on warn is warned about",
        failed: "something could not be listed or read (the rest is judged all the same), or the command is wrong"
    )

    package static let replay = ExitCodes(
        "replay",
        good: "no decision flips, or with --verify nothing is found",
        refused: "some do, or something is, or with --strict something cannot be told",
        failed:
            "a line could not be read, other than a last one that is cut off (the rest is judged all the same), or the "
            + "command is wrong"
    )

    package static let certs = ExitCodes(
        "certs",
        good: "the files are written",
        failed: "they are not"
    )

    package static let certsGenerate = ExitCodes(
        "certs generate",
        good: "the files are written",
        failed: "they are not: one is there already and --force is not given, or a name is none"
    )

    package static let policy = ExitCodes(
        "policy",
        good: "the policy is good",
        refused: "something in it has no effect",
        failed: "it cannot be read or is no policy"
    )

    package static let policyCheck = ExitCodes(
        "policy check",
        good: "everything in it has an effect",
        refused: "something has no effect",
        failed:
            "a file cannot be read or is no policy, or a line of a log is no decision (the rest is looked at all the same)"
    )

    package static let policyInit = printing("policy init")
    package static let policySchema = printing("policy schema")

    package static let policyShow = ExitCodes(
        "policy show",
        good: "printed",
        failed: "the file cannot be read or is no policy"
    )

    package static let rules = printing("rules")

    package static let languageServer = ExitCodes(
        "lsp",
        good: "the editor has ended it",
        refused: "the editor ended it without a word before",
        failed: "it cannot start as it was told to, or standard input is not what an editor sends"
    )

    package static let version = printing("version")
}
