/// One small change of a source file, as somebody could make it by mistake.
struct Mutation: Equatable {
    /// What is changed.
    enum Kind: String {
        /// A comparison, a logical or an arithmetic operator, the end of a range, a negation.
        case `operator`
        /// A number, or which end of a list is looked at.
        case bound
        /// A condition that is left out or turned round, a branch taken for the other.
        case condition
        /// The key of a member, or the name of an action.
        case key
    }

    var kind: Kind
    /// As given on the command line.
    var file: String
    /// From 1.
    var line: Int
    /// UTF-8 bytes of the file that are replaced.
    var range: Range<Int>
    var original: String
    var replacement: String

    /// The text of the file with the change made.
    func applied(to source: [UInt8]) -> [UInt8] {
        Array(source[..<range.lowerBound]) + Array(replacement.utf8) + Array(source[range.upperBound...])
    }

    /// `kind`, place, what is there, what is put in its place: separated by tabs, on one line.
    var row: String {
        [kind.rawValue, "\(file):\(line)", Self.onOneLine(original), Self.onOneLine(replacement)]
            .joined(separator: "\t")
    }

    private static func onOneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
