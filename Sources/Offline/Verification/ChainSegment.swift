internal import Replay

/// Where a line is: the number of its file among those that are read, and its own in it.
struct LinePlace: Hashable, Comparable {
    var file: Int
    var line: Int

    static func < (one: LinePlace, other: LinePlace) -> Bool { (one.file, one.line) < (other.file, other.line) }
}

/// Lines of a start that follow each other in one file, other starts' lines in between or not: all that is kept of them.
struct ChainSegment {
    /// Of the first line.
    let first: Int
    let firstPlace: LinePlace
    let firstDigest: LineCode
    let firstCode: LineCode
    /// The code of the line before the first, if that is a checkpoint that is what was written.
    var firstPrevious: LineCode?
    /// What the first line found in its file, if it begins the start.
    let predecessor: Checkpoint.Predecessor?
    /// Whether nothing chained is before the first line in its file.
    let isFirstInFile: Bool

    /// Of the last line.
    private(set) var last: Int
    private(set) var lastPlace: LinePlace
    /// Of the line before the last.
    private(set) var placeBeforeLast: LinePlace
    /// The code of the last line as it stands there, and what it ought to be where that is another.
    var lastCodes: [LineCode]
    /// Whether the last line is not what was written.
    var isLastBad = false {
        didSet { if first == last { isFirstBad = isLastBad } }
    }
    /// Whether the first line is not what was written, by its own word.
    private(set) var isFirstBad = false
    /// Whether the last line says that the start was stopped.
    private(set) var isEnded: Bool

    init(_ line: ChainedLine, at place: LinePlace, isFirstInFile: Bool) {
        (first, last) = (line.link.line, line.link.line)
        (firstPlace, lastPlace, placeBeforeLast) = (place, place, place)
        (firstDigest, firstCode, lastCodes) = (line.digest, line.code, [line.code])
        predecessor = line.checkpoint?.place == .start ? line.checkpoint?.after : nil
        self.isFirstInFile = isFirstInFile
        isEnded = line.checkpoint?.place == .stop
    }

    /// Adds the next line, which is good until another word.
    mutating func append(_ line: ChainedLine, at place: LinePlace) {
        (last, placeBeforeLast, lastPlace) = (line.link.line, lastPlace, place)
        (lastCodes, isLastBad) = ([line.code], false)
        isEnded = line.checkpoint?.place == .stop
    }
}
