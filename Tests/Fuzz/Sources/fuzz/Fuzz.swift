internal import CLibFuzzer

/// LibFuzzer on what this server reads of others.
///
///     fuzz --list                          names of the targets, and the longest input of each
///     fuzz --seeds TARGET CHECKOUT FOLDER  writes inputs to begin with, made from files of the checkout
///     fuzz --words TARGET CHECKOUT         writes a dictionary
///     FUZZ_TARGET=TARGET fuzz ...          libFuzzer, with its own arguments
///
/// The target is named in the environment because libFuzzer starts itself again with the arguments it was given.
@main
enum Fuzz {
    static var targets: [any FuzzTarget.Type] {
        [
            JSONTarget.self, YAMLTarget.self, ReviewTarget.self, PolicyTarget.self, HTTP1Target.self, HTTP2Target.self,
            KubeconfigTarget.self, WatchTarget.self, DecisionLogTarget.self, LeaseTarget.self,
        ]
    }

    static func main() throws {
        let arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case "--list":
            for target in targets { print(target.name, target.maximumBytes) }
        case "--seeds" where arguments.count == 5:
            try target(named: arguments[2]).writeSeeds(SeedFiles(checkout: arguments[3], folder: arguments[4]))
        case "--words" where arguments.count == 4:
            let target = target(named: arguments[2])
            for word in try SeedFiles(checkout: arguments[3], folder: "").words(target.vocabulary) {
                print("\"\(word)\"")
            }
        default: run(target(named: Environment.value("FUZZ_TARGET") ?? ""))
        }
    }

    private static func target(named name: String) -> any FuzzTarget.Type {
        guard let target = targets.first(where: { $0.name == name }) else {
            fatalError("no target \(name); use one of: \(targets.map { $0.name }.joined(separator: ", "))")
        }
        return target
    }

    // What libFuzzer calls has no place to keep anything; it calls from one thread.
    nonisolated(unsafe) static var chosen: (any FuzzTarget)?
    nonisolated(unsafe) static var words: [[UInt8]] = []

    private static func run(_ target: any FuzzTarget.Type) {
        unsafe chosen = target.init()
        if let checkout = Environment.value("FUZZ_CHECKOUT"), !target.vocabulary.sources.isEmpty {
            let words = try? SeedFiles(checkout: checkout, folder: "").words(target.vocabulary)
            // Without those that are escaped for libFuzzer.
            unsafe Self.words = (words ?? []).map { Array($0.utf8) }.filter { !$0.contains(UInt8(ascii: "\\")) }
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        let status = unsafe LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            // A copy of exactly that size: an empty input may have no address.
            let bytes = unsafe [UInt8](UnsafeBufferPointer(start: data, count: size))
            Stopwatch.limit(bytes.count) { unsafe Fuzz.chosen?.run(bytes) }
            return 0
        }
        exit(status)
    }
}

/// How libFuzzer changes an input: every other time by what a text is made of, where it is one.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ maximumSize: Int, _ seed: UInt32) -> Int {
    guard unsafe !Fuzz.words.isEmpty, seed.isMultiple(of: 2) else {
        return unsafe LLVMFuzzerMutate(data, size, maximumSize)
    }
    var mutation = unsafe TextMutation(seed: seed, words: Fuzz.words)
    let text = unsafe mutation.mutate(Array(UnsafeBufferPointer(start: data, count: size)), maximumBytes: maximumSize)
    for (index, byte) in text.enumerated() { unsafe data[index] = byte }
    return text.count
}
