private import AdmissionAPI
internal import ArgumentParser
private import ClusterState
private import JSONPull
private import Offline
private import Policy
private import Reports

/// `review`: answers a recorded AdmissionReview as the server would.
struct ReviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review",
        abstract: "Answer a recorded AdmissionReview with the bytes the server would send.",
        discussion: """
            Takes one request body as an API server sends it, in JSON, and writes the body of the answer and nothing else. \
            Objects that are not in --state are unknown, as they are to a server that has just started.

            EXAMPLES
              agentrun-admission review request.json
              agentrun-admission review --policy policy.yaml --state cluster/ - < request.json

            \(ExitCodes.review.help)
            """
    )

    /// As much as a manifest file may have; the server takes less, and says so itself.
    private static let maximumBytes = ManifestsLimits().maximumFileBytes

    @Argument(help: ArgumentHelp("The AdmissionReview; - is standard input.", valueName: "file"))
    var file: String

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var state: StateOptions

    func run() throws {
        let engine = PolicyEngine(policy: try policy.load())
        let store = try LoadedState.store(paths: state.paths, policy: engine.policy) { problem in
            StandardError.write("\(VisibleText.line(problem.description))\n")
        }
        let body = try contents()
        let (verdict, version) = try ReviewAnswer.verdict(
            on: body,
            by: engine,
            state: store,
            now: Clocks.wall(),
            name: file
        )
        StandardOutput.write(VisibleText.json(verdict.response.encoded(as: version)))
        throw ExitCode(verdict.allowed ? .good : .refused)
    }

    private func contents() throws(CommandFailure) -> [UInt8] {
        guard file == "-" else {
            return try InputFile.contents(
                of: file,
                maximumBytes: Self.maximumBytes,
                name: file,
                remedies: ("name a file with one AdmissionReview", "pass one AdmissionReview")
            )
        }
        guard let bytes = try StandardInput.contents(maximumBytes: Self.maximumBytes) else {
            throw CommandFailure(
                "cannot use standard input: more than \(Self.maximumBytes >> 20) MiB; pass one AdmissionReview"
            )
        }
        return bytes
    }
}
