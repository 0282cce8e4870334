/// Something that reads what others wrote.
protocol FuzzTarget {
    static var name: String { get }
    /// Longest input that is tried.
    static var maximumBytes: Int { get }
    /// The words it knows.
    static var vocabulary: Vocabulary { get }

    init()

    /// Writes inputs to begin with.
    static func writeSeeds(_ seeds: SeedFiles) throws

    /// Reads an input and ends the process if what it becomes is not as it should be.
    func run(_ input: [UInt8])
}

/// Words that a target looks for.
struct Vocabulary {
    /// Folders of the checkout in whose sources words are the string literals.
    ///
    /// Where there are none the input is no text.
    var sources: [String] = []
    /// More of them, as libFuzzer's dictionaries have them.
    var tokens: [String] = []

    static let json = [
        #"\""#, #"\\u0000"#, #"\\ud834"#, #"\\udd1e"#, "null", "true", "false", "1e400", "-0", "{", "}", "[", "]", ",",
        ":",
    ]
    static let yaml = [
        "&a", "*a", "<<", "!!binary", "!!str", "!!float", "- ", ": ", "? ", "|", ">-", "---", "...", "#", "%YAML 1.1",
        "~",
        "yes", "0x1f", "0o7", ".inf", "1_0", "2001-01-01", #"\x0A  "#, #"\xEF\xBB\xBF"#,
    ]
}

/// Ends the process unless `condition` holds.
func require(
    _ condition: Bool,
    _ message: @autoclosure () -> String,
    file: StaticString = #file,
    line: UInt = #line
) {
    if !condition { fatalError(message(), file: file, line: line) }
}

extension [UInt8] {
    /// The input in `count` parts at its NUL bytes, which none of the formats has; parts that are not there are empty.
    func parts(_ count: Int) -> [[UInt8]] {
        var parts = split(separator: 0, maxSplits: count - 1, omittingEmptySubsequences: false).map { Array($0) }
        parts += [[UInt8]](repeating: [], count: count - parts.count)
        return parts
    }

    var text: String { String(decoding: self, as: UTF8.self) }
}

extension String {
    /// What is between the places where `separator` stands.
    func components(_ separator: String) -> [String] {
        var (parts, part) = ([String](), [UInt8]())
        let (bytes, mark) = (Array(utf8), Array(separator.utf8))
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: mark) {
                parts.append(part.text)
                part = []
                index += mark.count
            } else {
                part.append(bytes[index])
                index += 1
            }
        }
        return parts + [part.text]
    }
}
