internal import ArgumentParser
internal import Foundation

@main
struct Mutations: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists small changes of source files in a random order, or makes one of them.",
        discussion: "The order depends on the seed, the files and what is in them, and on nothing else."
    )

    @Option(help: "Decides the order.")
    var seed: UInt64 = 1

    @Option(help: "How many to list.")
    var count = 60

    @Option(help: "Make the change of this number, from 0, in its file instead of listing it.")
    var apply: Int?

    @Argument(help: "Swift files.")
    var files: [String]

    func run() throws {
        var mutations: [Mutation] = []
        for file in files.sorted() {
            mutations += MutationFinder.mutations(of: try String(contentsOfFile: file, encoding: .utf8), file: file)
        }
        var random = SplitMix(seed: seed)
        mutations.shuffle(using: &random)
        if let apply {
            guard mutations.indices.contains(apply) else {
                throw ValidationError("there are \(mutations.count) changes")
            }
            let mutation = mutations[apply]
            let source = [UInt8](try Data(contentsOf: URL(filePath: mutation.file)))
            try Data(mutation.applied(to: source)).write(to: URL(filePath: mutation.file))
            print(mutation.row)
        } else {
            for mutation in mutations.prefix(count) { print(mutation.row) }
        }
    }
}

/// SplitMix64, so that an order can be had again.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
