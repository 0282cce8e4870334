internal import ArgumentParser
internal import JSONPull

/// Where objects are that do not say it themselves.
struct NamespaceOptions: ParsableArguments {
    @Option(name: [.customShort("n"), .customLong("namespace")], help: "Namespace of objects that name none.")
    var name = "default"

    var value: ExactString { ExactString(name) }

    func validate() throws {
        guard Self.isLabel(name) else {
            throw ValidationError(
                "--namespace must be at most 63 of a-z, 0-9 and -, with a letter or digit at both ends"
            )
        }
    }

    /// Whether it is a DNS label (RFC 1123), as the API server has it for namespaces.
    static func isLabel(_ name: String) -> Bool {
        let hyphen = UInt8(ascii: "-")
        let isMade = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: byte == hyphen
            }
        }
        return isMade && (1...63).contains(name.utf8.count) && name.utf8.first != hyphen && name.utf8.last != hyphen
    }
}
