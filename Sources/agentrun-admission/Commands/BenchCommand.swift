private import AdmissionAPI
private import AdmissionServer
internal import ArgumentParser
private import JSONPull
private import Offline
private import Policy
internal import Reports

/// `bench`: CPU time of the parts of a review, without TLS and HTTP, for `scripts/bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the CPU time of decoding, judging and encoding one review.",
        shouldDisplay: false
    )

    /// What the server takes, and some more.
    private static let maximumFileBytes = 64 << 20
    /// Of a run that leaves a mark.
    private static let uid: ExactString = "0b3a1c52-9d47-4f6e-8a21-7c55d0e9f3ab"

    @Argument(help: ArgumentHelp("An AdmissionReview as JSON.", valueName: "file"))
    var file: String

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var state: StateOptions

    @Option(help: "Reviews in all.")
    var iterations = 100_000

    @Option(help: "Form of the result.")
    var output = OutputForm<BenchReport>.first

    func validate() throws {
        guard (1...1_000_000_000).contains(iterations) else {
            throw ValidationError("--iterations must be 1 to 1000000000")
        }
    }

    func run() throws {
        let engine = PolicyEngine(policy: try policy.load())
        let bench = ReviewBench(
            try contents(),
            by: engine,
            state: try LoadedState.store(paths: state.paths, policy: engine.policy),
            now: Clocks.wall(),
            nanoseconds: Clocks.threadNanoseconds
        )
        do throws(AdmissionReviewError) {
            var report = try bench.run(iterations: iterations)
            report.mark = ReviewMarks.nanosecondsOfNote(
                uid: Self.uid,
                rounds: ReviewBench.rounds,
                Clocks.threadNanoseconds
            )
            StandardOutput.write(output.output(report))
        } catch {
            throw CommandFailure("cannot measure \(file): \(error)")
        }
    }

    private func contents() throws(CommandFailure) -> [UInt8] {
        try InputFile.contents(
            of: file,
            maximumBytes: Self.maximumFileBytes,
            name: file,
            remedies: ("name a file with one AdmissionReview", "pass one AdmissionReview")
        )
    }
}
