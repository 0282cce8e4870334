internal import Replay

/// The decisions of a log, a line each, also those that were written in parts.
struct DecisionLines: ~Copyable {
    private var lines: LogLines
    /// Parts whose last line may be in the next file.
    private(set) var joiner: PartJoiner

    /// - Parameters:
    ///   - path: as ``LogLines`` takes it.
    ///   - joiner: of the file before.
    /// - Throws: ``CommandFailure`` when it cannot be opened.
    init(_ path: String, joining joiner: PartJoiner) throws(CommandFailure) {
        lines = try LogLines(path)
        self.joiner = joiner
    }

    /// Number of the line that was read last, from 1.
    var number: Int { lines.number }

    /// The next line that is no part of another; nil at the end.
    mutating func next() throws(CommandFailure) -> LogLines.Line? {
        while let line = try lines.next() {
            guard case .whole(let bytes) = line else { return line }
            if let whole = joiner.join(bytes) { return .whole(whole) }
        }
        return nil
    }
}
