/// Lines that are made and not written yet.
///
/// Of a line whose beginning is written all of it is kept: the file may be taken away before the rest is.
struct DecisionOutput {
    private var bytes: [UInt8] = []
    /// Bytes of the first line that are written.
    private var written = 0
    /// Decisions among the lines.
    private(set) var decisions = 0

    /// Bytes that are to be written.
    var count: Int { bytes.count - written }

    mutating func add(_ line: [UInt8]) { bytes += line }

    /// The lines of a decision are complete.
    mutating func addDecision() { decisions += 1 }

    /// Writes all; how many decisions those were.
    ///
    /// On failure it goes on where it ended the next time.
    mutating func write(to file: inout DecisionFile) throws(DecisionFile.Failure) -> Int {
        do throws(DecisionFile.Failure) {
            try file.write(bytes, from: &written)
        } catch {
            let start = bytes[..<written].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            bytes.removeSubrange(..<start)
            written -= start
            throw error
        }
        defer { self = DecisionOutput() }
        return decisions
    }

    /// Writes the first line from its beginning, since what is there of it is in a file that was taken away.
    mutating func beginLineAgain() { written = 0 }
}
