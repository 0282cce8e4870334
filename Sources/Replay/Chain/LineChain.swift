package import AgentRuns
internal import Digest
internal import JSONPull

/// Chains the lines of one start of a process, in the order in which they are written.
///
/// A line that is sealed must be written: the next one rests on it.
package struct LineChain: Sendable {
    /// After so many lines there is a checkpoint.
    package static let linesBetweenCheckpoints = 1000
    /// What sealing adds at the most: 253 bytes of a name, 32 of a start, 19 of a number, 64 of a code, and the keys.
    package static let maximumSuffixBytes = 512
    /// What a checkpoint takes at the most, sealed: two names and three codes.
    package static let maximumCheckpointBytes = 1280

    /// What a line may bring with it beside itself: its own member, a checkpoint that is due, and the last one of a file.
    package static let maximumRoomBytes = maximumSuffixBytes + 2 * maximumCheckpointBytes

    package let key: ChainKey
    private let stream: ChainLink.Stream
    private var line = 0
    private var previous = LineCode.zero
    private var linesSinceCheckpoint = 0

    package init(key: ChainKey, stream: ChainLink.Stream) {
        (self.key, self.stream) = (key, stream)
    }

    /// Whether a checkpoint is due.
    package var needsCheckpoint: Bool { linesSinceCheckpoint >= Self.linesBetweenCheckpoints }

    /// Adds the member `chain` to a line, which is the next to be written.
    ///
    /// - Parameter line: a JSON object that is not empty, with its line end.
    package mutating func seal(_ line: inout [UInt8]) {
        self.line += 1
        linesSinceCheckpoint += 1
        line.removeLast(2)
        var chain = JSONWriter(capacity: Self.maximumSuffixBytes)
        chain.beginObject()
        ChainLink(stream: stream, line: self.line).writeMembers(to: &chain)
        line += Array(#","chain":"#.utf8) + chain.bytes
        previous = key.code(of: LineCode(SHA256.digest(of: line)), after: previous)
        line += Array(ChainedLine.codeKey.utf8) + Array(previous.text.utf8) + Array(ChainedLine.end.utf8)
        line.append(UInt8(ascii: "\n"))
    }

    /// A checkpoint, sealed.
    package mutating func checkpoint(
        _ place: Checkpoint.Place,
        after: Checkpoint.Predecessor? = nil,
        at time: Timestamp
    ) -> [UInt8] {
        linesSinceCheckpoint = 0
        var writer = JSONWriter(capacity: Self.maximumCheckpointBytes)
        writer.beginObject()
        writer.member("time", time.text)
        // Whoever does not know checkpoints reads that nothing is missing.
        writer.member("dropped", 0)
        Checkpoint(place: place, keyID: key.id, previous: previous, after: after).write(to: &writer)
        writer.endObject()
        writer.newline()
        var line = writer.bytes
        seal(&line)
        return line
    }
}
