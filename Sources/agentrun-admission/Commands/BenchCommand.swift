private import AdmissionAPI
internal import ArgumentParser
private import ClusterState
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

    /// An odd number, so that one of them is the median.
    private static let rounds = 11

    /// What the server takes, and some more.
    private static let maximumFileBytes = 64 << 20

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
        let body = try contents()
        let engine = PolicyEngine(policy: try policy.load())
        let store = try LoadedState.store(paths: state.paths, policy: engine.policy)
        var measured: [BenchReport] = []
        for _ in 0..<Self.rounds {
            measured.append(try measure(body, engine, store, count: max(1, iterations / Self.rounds)))
        }
        let median = BenchReport(
            decode: Self.median(measured.map(\.decode)),
            judge: Self.median(measured.map(\.judge)),
            encode: Self.median(measured.map(\.encode))
        )
        StandardOutput.write(output.output(median))
    }

    private func contents() throws(CommandFailure) -> [UInt8] {
        try InputFile.contents(
            of: file,
            maximumBytes: Self.maximumFileBytes,
            name: file,
            remedies: ("name a file with one AdmissionReview", "pass one AdmissionReview")
        )
    }

    private func measure(
        _ body: [UInt8],
        _ engine: PolicyEngine,
        _ store: ClusterStore,
        count: Int
    ) throws(CommandFailure) -> BenchReport {
        do {
            // The bytes are lent to what is measured.
            return try unsafe body.withUnsafeBytes { bytes in
                let decoded = try unsafe DecodedReview(bytes)
                let verdict = try unsafe engine.judge(decoded, body: bytes, state: store, now: Clocks.wall())
                let now = Clocks.wall()
                return BenchReport(
                    decode: try Self.nanoseconds(count) {
                        try unsafe DecodedReview(bytes).review.request.uid.utf8.count
                    },
                    judge: try Self.nanoseconds(count) {
                        try unsafe engine.judge(decoded, body: bytes, state: store, now: now).findings.count
                    },
                    encode: Self.nanoseconds(count) {
                        unsafe verdict.response.withEncoded(as: decoded.review.version) { $0.count }
                    }
                )
            }
        } catch {
            throw CommandFailure("cannot measure \(file): \(error)")
        }
    }

    /// CPU time of one call of `body`, from `count` calls.
    private static func nanoseconds(_ count: Int, _ body: () throws -> Int) rethrows -> Int {
        var sum = 0
        let start = Clocks.threadNanoseconds()
        for _ in 0..<count { sum &+= try body() }
        let end = Clocks.threadNanoseconds()
        keep(sum)
        return Int(end - start) / count
    }

    /// Makes a result be needed.
    @inline(never)
    private static func keep(_ value: Int) {}

    private static func median(_ values: [Int]) -> Int {
        values.sorted()[values.count / 2]
    }
}
