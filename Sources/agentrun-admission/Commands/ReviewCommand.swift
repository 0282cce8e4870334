private import AdmissionAPI
internal import ArgumentParser
private import ClusterState
private import JSONPull
private import Policy

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

            EXIT CODES
              0  the answer allows
              1  it denies
              2  the server would answer 400, or the command is wrong
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
        let store = try StateLoading.store(paths: state.paths, policy: engine.policy) { problem in
            StandardError.write("\(VisibleText.line(problem.description))\n")
        }
        let body = try contents()
        let (verdict, version) = try Self.judge(body, by: engine, state: store, file: file)
        StandardOutput.write(VisibleText.json(verdict.response.encoded(as: version)))
        throw ExitCode(verdict.allowed ? 0 : 1)
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

    private static func judge(
        _ body: [UInt8],
        by engine: PolicyEngine,
        state: ClusterStore,
        file: String
    ) throws(CommandFailure) -> (Verdict, AdmissionReview.Version) {
        // The bytes are lent to the engine.
        let result = unsafe body.withUnsafeBytes { bytes in
            do throws(AdmissionReviewError) {
                let decoded = try unsafe DecodedReview(bytes)
                let verdict = try unsafe engine.judge(decoded, body: bytes, state: state, now: Clocks.wall())
                return Result<(Verdict, AdmissionReview.Version), AdmissionReviewError>.success(
                    (verdict, decoded.review.version)
                )
            } catch {
                return .failure(error)
            }
        }
        do throws(AdmissionReviewError) {
            return try result.get()
        } catch {
            throw CommandFailure("\(file): \(error)")
        }
    }
}
