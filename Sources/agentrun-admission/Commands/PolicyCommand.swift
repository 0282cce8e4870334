internal import ArgumentParser
internal import Policy

/// `policy`: what is judged by.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Look at policies.",
        subcommands: [Show.self]
    )

    /// `policy show`: prints a policy file.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the built-in policy as a file, or a policy file once it is found to be good."
        )

        @Option(help: ArgumentHelp("Check this file and print it.", valueName: "file"))
        var policy: String?

        func run() throws {
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
