package import JSONPull

/// Why a YAML text cannot become JSON, where, and what to do about it.
package struct YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    package var reason: String
    /// How to put it right.
    package var remedy: String
    /// Where.
    package var position: SourcePosition

    /// Line from 1.
    package var line: Int { position.line }
    /// Column in characters (Unicode scalars) from 1.
    package var column: Int { position.column }

    init(_ reason: String, at position: SourcePosition, remedy: String) {
        self.reason = reason
        self.remedy = remedy
        self.position = position
    }

    package var description: String { "\(reason) at \(position) (\(remedy))" }

    /// What is wrong and what to do about it, for those who have told the place.
    package var explanation: String { "\(reason) (\(remedy))" }

    /// `text` as a message quotes it: in quotes, cut when long, on one line.
    static func quoted(_ text: some Sequence<UInt8>) -> String {
        VisibleText.quoted(ExactString(String(decoding: Array(text), as: UTF8.self)))
    }
}
