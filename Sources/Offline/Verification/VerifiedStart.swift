internal import Replay

/// What is known of the lines of one start: a few words for each run of lines that follow each other.
struct VerifiedStart {
    /// What is said of a line.
    struct Remark {
        enum Kind {
            /// It is not what was written, by the keys there are.
            case changed
            /// Something else is wrong.
            case found
            case doubt
        }

        var kind: Kind
        var place: LinePlace
        var message: String
    }

    static let changed = "is not as it was written"

    /// Nil where there is no key.
    private var judge: ChainJudge?
    /// Runs of lines in the files that were read.
    private(set) var segments: [ChainSegment] = []
    private var open: ChainSegment?
    private(set) var lines = 0
    private(set) var verified = 0
    private(set) var changes = 0
    /// The key that a checkpoint names.
    private(set) var keyID: String?

    init(keys: [ChainKey]) {
        if !keys.isEmpty { judge = ChainJudge(keys: keys) }
    }

    /// Whether no line fits a key.
    var isOfAnotherKey: Bool { changes > 0 && verified == 0 }

    /// Adds a line of the file that is read.
    ///
    /// - Parameters:
    ///   - line: is of this start.
    ///   - place: where it is.
    ///   - isFirstInFile: whether nothing chained is before it.
    ///   - tell: is told what is to be said of it.
    mutating func add(_ line: ChainedLine, at place: LinePlace, isFirstInFile: Bool, _ tell: (Remark) -> Void) {
        lines += 1
        if let checkpoint = line.checkpoint, keyID == nil { keyID = checkpoint.keyID }
        guard var segment = open, segment.last + 1 == line.link.line else {
            closeFile()
            open = begin(line, at: place, isFirstInFile: isFirstInFile, tell)
            return
        }
        open = nil
        follow(line, at: place, &segment, tell)
        open = segment
    }

    /// The file has ended.
    mutating func closeFile() {
        if let open { segments.append(open) }
        open = nil
    }

    private mutating func begin(
        _ line: ChainedLine,
        at place: LinePlace,
        isFirstInFile: Bool,
        _ tell: (Remark) -> Void
    ) -> ChainSegment {
        var segment = ChainSegment(line, at: place, isFirstInFile: isFirstInFile)
        guard judge != nil, line.checkpoint != nil || line.link.line == 1 else { return segment }
        let previous = line.checkpoint?.previous ?? .zero
        if fits(line, after: [previous]) {
            segment.firstPrevious = previous
        } else {
            segment.isLastBad = true
            change(line.link.line, at: place, tell)
        }
        return segment
    }

    private mutating func follow(
        _ line: ChainedLine,
        at place: LinePlace,
        _ segment: inout ChainSegment,
        _ tell: (Remark) -> Void
    ) {
        let (wasBad, number) = (segment.isLastBad, segment.last)
        let previous = segment.lastCodes
        segment.append(line, at: place)
        guard judge != nil, !fits(line, after: previous) else { return }
        if let written = line.checkpoint?.previous, fits(line, after: [written]) {
            // It is sound, and rests on another line than the one that stands before it.
            if !wasBad { change(number, at: segment.placeBeforeLast, tell) }
        } else if wasBad {
            tell(Remark(kind: .doubt, place: place, message: "line \(line.link.line): the line before it is another"))
        } else {
            segment.isLastBad = true
            if let code = judge?.code(of: line.digest, after: previous[0]) { segment.lastCodes.append(code) }
            change(line.link.line, at: place, tell)
        }
    }

    private mutating func fits(_ line: ChainedLine, after previous: [LineCode]) -> Bool {
        fits(line.digest, line.code, after: previous)
    }

    private mutating func fits(_ digest: LineCode, _ code: LineCode, after previous: [LineCode]) -> Bool {
        guard judge?.fits(digest, code, after: previous) == true else { return false }
        verified += 1
        return true
    }

    private mutating func change(_ line: Int, at place: LinePlace, _ tell: (Remark) -> Void) {
        changes += 1
        tell(Remark(kind: .changed, place: place, message: "line \(line) \(Self.changed)"))
    }

    // MARK: Joining

    /// Compares the runs of lines with each other, whatever files they are in, and gives up all but what ends the start.
    ///
    /// - Parameters:
    ///   - isMerged: whether another program put the files together, so that lines may begin anywhere.
    ///   - tell: is told what is to be said.
    /// - Returns: the run with the last line.
    mutating func join(isMerged: Bool, _ tell: (Remark) -> Void) -> ChainSegment? {
        let sorted = segments.sorted { ($0.first, $0.firstPlace) < ($1.first, $1.firstPlace) }
        segments = []
        guard var reached = sorted.first else { return nil }
        judgeHead(reached, isMerged: isMerged, tell)
        for segment in sorted.dropFirst() {
            if segment.first <= reached.last {
                let last = min(segment.last, reached.last)
                let message = "\(Self.lines(segment.first, last)) there a second time, or out of order"
                tell(Remark(kind: .found, place: segment.firstPlace, message: message))
                if segment.last <= reached.last { continue }
            } else if segment.first == reached.last + 1 {
                join(reached, segment, tell)
            } else {
                let message = "\(Self.lines(reached.last + 1, segment.first - 1)) missing before line \(segment.first)"
                tell(Remark(kind: .found, place: segment.firstPlace, message: message))
                doubtFirst(segment, tell)
            }
            reached = segment
        }
        return reached
    }

    private static func lines(_ first: Int, _ last: Int) -> String {
        first == last ? "line \(first) is" : "lines \(first) to \(last) are"
    }

    private mutating func judgeHead(_ segment: ChainSegment, isMerged: Bool, _ tell: (Remark) -> Void) {
        guard segment.first > 1 else { return }
        doubtFirst(segment, tell)
        let missing = Self.lines(1, segment.first - 1)
        if segment.isFirstInFile || isMerged {
            let message = "\(missing) not in these files: whether they were as they were written"
            tell(Remark(kind: .doubt, place: segment.firstPlace, message: message))
        } else {
            let message =
                "line \(segment.first) begins amid another start's lines: it was put there, or \(missing) taken away"
            tell(Remark(kind: .found, place: segment.firstPlace, message: message))
        }
    }

    /// The line before a run is not there, so that its first line rests on nothing.
    private func doubtFirst(_ segment: ChainSegment, _ tell: (Remark) -> Void) {
        guard judge != nil, segment.firstPrevious == nil, !segment.isFirstBad else { return }
        let message = "line \(segment.first): the line before it is not there, so it may be another than was written"
        tell(Remark(kind: .doubt, place: segment.firstPlace, message: message))
    }

    /// Compares two runs of which the second begins with the line that follows the first.
    private mutating func join(_ before: ChainSegment, _ segment: ChainSegment, _ tell: (Remark) -> Void) {
        if before.lastPlace.file == segment.firstPlace.file, segment.firstPlace < before.lastPlace {
            let message = "line \(segment.first) stands before line \(before.last)"
            tell(Remark(kind: .found, place: segment.firstPlace, message: message))
        }
        guard judge != nil, !segment.isFirstBad else { return }
        if let previous = segment.firstPrevious {
            if !before.lastCodes.contains(previous), !before.isLastBad {
                change(before.last, at: before.lastPlace, tell)
            }
        } else if !fits(segment.firstDigest, segment.firstCode, after: before.lastCodes) {
            if before.isLastBad { return doubtFirst(segment, tell) }
            change(segment.first, at: segment.firstPlace, tell)
        }
    }
}
