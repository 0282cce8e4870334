package import Replay
package import Reports

/// Looks whether the lines of decision logs are what was written, all of them, once and in order, by their chain.
///
/// One line is held at a time. What is kept beyond it is some words for each run of lines that follow each other, of which a log
/// that nobody has touched has one for each start and file.
package struct LogVerification {
    /// More than a log that anybody reads has; somebody who makes a log of nothing but breaks gets no more memory than this.
    static let maximumSegments = 100_000
    /// What is told one by one (``VerificationReport``), and once more as much.
    private static let maximumRemarks = 20_000

    private let keys: [ChainKey]
    private let isMerged: Bool
    private var files: [String] = []
    private var starts: [ChainLink.Stream: VerifiedStart] = [:]
    /// Starts with lines in the file that is read.
    private var touched: Set<ChainLink.Stream> = []
    private var segments = 0
    private var remarks: [(stream: ChainLink.Stream?, remark: VerifiedStart.Remark)] = []
    private var uncounted = 0
    private var unchained = 0
    /// Lines in the file that are not chained, the first and the last of them that follow each other.
    private var gap: ClosedRange<Int>?

    /// - Parameters:
    ///   - keys: that the lines may be chained with; without any, it is said what cannot be told.
    ///   - isMerged: whether another program put the lines of several replicas together, so that they may begin anywhere.
    package init(keys: [ChainKey], isMerged: Bool) {
        (self.keys, self.isMerged) = (keys, isMerged)
    }

    /// Reads a file; the order of files makes no difference.
    ///
    /// - Throws: when it cannot be read, or is such a muddle that it takes too much memory.
    package mutating func run(_ path: String, progress: (Int) -> Void) throws(CommandFailure) {
        var lines = try LogLines(path)
        beginFile(path)
        while let line = try lines.next() {
            progress(lines.number)
            switch line {
            case .whole(let bytes): try add(ChainedLine(bytes), number: lines.number)
            case .unended(let bytes):
                if let line = ChainedLine(bytes) { try add(line, number: lines.number) } else { cutOff(lines.number) }
            case .tooLong: try add(nil, number: lines.number)
            }
        }
        endFile()
    }

    mutating func beginFile(_ path: String) {
        files.append(path)
        touched = []
    }

    mutating func endFile() {
        closeGap()
        for stream in touched { starts[stream]?.closeFile() }
    }

    /// Adds a line of the file that was begun; nil for one that is not chained.
    mutating func add(_ line: ChainedLine?, number: Int) throws(CommandFailure) {
        guard let line else {
            gap = (gap?.lowerBound ?? number)...number
            return
        }
        closeGap(before: line)
        let place = LinePlace(file: files.count - 1, line: number)
        let (stream, isFirstInFile) = (line.link.stream, touched.isEmpty)
        touched.insert(stream)
        var told: [VerifiedStart.Remark] = []
        // In place, without a copy of its runs.
        let before = starts[stream]?.segments.count ?? 0
        starts[stream, default: VerifiedStart(keys: keys)].add(line, at: place, isFirstInFile: isFirstInFile) {
            told.append($0)
        }
        for remark in told { tell(remark, of: stream) }
        segments += (starts[stream]?.segments.count ?? 0) - before
        guard segments + starts.count <= Self.maximumSegments else {
            throw CommandFailure(
                "\(files[place.file]):\(number): lines are out of order in more than \(Self.maximumSegments) places; "
                    + "verify fewer files at a time"
            )
        }
    }

    private mutating func tell(_ remark: VerifiedStart.Remark, of stream: ChainLink.Stream?) {
        guard remarks.count < Self.maximumRemarks else {
            if remark.kind != .doubt { uncounted += 1 }
            return
        }
        remarks.append((stream, remark))
    }

    // MARK: Lines without a chain

    private mutating func cutOff(_ number: Int) {
        closeGap()
        let message = "the last line is cut off: it is being written, its writer was stopped, or somebody cut it"
        let place = LinePlace(file: files.count - 1, line: number)
        tell(VerifiedStart.Remark(kind: .doubt, place: place, message: message), of: nil)
    }

    /// - Parameter line: stands behind the lines that are not chained; nil for the end of the file.
    private mutating func closeGap(before line: ChainedLine? = nil) {
        guard let gap else { return }
        self.gap = nil
        let place = LinePlace(file: files.count - 1, line: gap.lowerBound)
        // A start says that its file ended within a line, and has put an end to it.
        if gap.count == 1, line?.checkpoint?.after?.isCutOff == true {
            let message =
                "the line was cut off when the start behind it began: its writer was stopped, or somebody cut it"
            return tell(VerifiedStart.Remark(kind: .doubt, place: place, message: message), of: nil)
        }
        unchained += gap.count
        let lines = gap.count == 1 ? "the line is" : "the lines to \(gap.upperBound) are"
        let message = "\(lines) not chained: written without a key, put there, or not whole"
        tell(VerifiedStart.Remark(kind: .found, place: place, message: message), of: nil)
    }
}

// MARK: The sum

extension LogVerification {
    /// What there is to say of all files that were read.
    package consuming func report() -> VerificationReport {
        joinStarts()
        var report = VerificationReport()
        (report.files, report.starts) = (files.count, starts.count)
        if keys.isEmpty {
            report.doubt(
                "without a key, whether any line is as it was written; numbers alone are compared. Give "
                    + "--decision-log-key",
                at: nil
            )
        }
        for start in starts.values {
            report.lines += start.lines
            report.verified += start.verified
        }
        // A start that fits no key is said to in one remark.
        let others = starts.filter { $0.value.isOfAnotherKey }
        var said: Set<ChainLink.Stream> = []
        for (stream, remark) in remarks.sorted(by: { $0.remark.place < $1.remark.place }) {
            let place = VerificationReport.Place(file: files[remark.place.file], line: remark.place.line)
            let name = stream.map { "\($0.replica), start \($0.shortStart): " } ?? ""
            var message = name + remark.message
            if remark.kind == .changed, let stream, let other = others[stream] {
                guard said.insert(stream).inserted else { continue }
                message = name + Self.words(of: other)
            }
            switch remark.kind {
            case .changed, .found: report.find(message, at: place)
            case .doubt: report.doubt(message, at: place)
            }
        }
        if uncounted > 0 { report.find("\(uncounted) more are not told one by one", at: nil) }
        return report
    }

    private static func words(of start: VerifiedStart) -> String {
        let key = start.keyID.map { ", by its own word of the key \($0)" } ?? ""
        return
            "none of its \(start.lines) lines fits a key that is given\(key): give the key, or they are not what was written"
    }

    private mutating func joinStarts() {
        var ends: [ChainLink.Stream: ChainSegment] = [:]
        var heads: [(stream: ChainLink.Stream, place: LinePlace, predecessor: Checkpoint.LastLine)] = []
        for stream in starts.keys {
            for segment in starts[stream]?.segments ?? [] {
                guard let last = segment.predecessor?.last else { continue }
                heads.append((stream, segment.firstPlace, last))
            }
            var told: [VerifiedStart.Remark] = []
            ends[stream] = starts[stream]?.join(isMerged: isMerged) { told.append($0) }
            for remark in told { tell(remark, of: stream) }
        }
        var bounded: Set<ChainLink.Stream> = []
        for head in heads {
            let (stream, line) = (head.predecessor.link.stream, head.predecessor.link.line)
            guard let end = ends[stream] else {
                let message =
                    "it began behind line \(line) of start \(stream.shortStart), which is not in these files"
                tell(.init(kind: .doubt, place: head.place, message: message), of: head.stream)
                continue
            }
            bounded.insert(stream)
            if end.last < line {
                let message =
                    "lines to \(line) are missing behind line \(end.last): start \(head.stream.shortStart) found them there"
                tell(.init(kind: .found, place: end.lastPlace, message: message), of: stream)
            } else if end.last > line {
                let message =
                    "line \(end.last) was not there when start \(head.stream.shortStart) began behind line \(line)"
                tell(.init(kind: .found, place: end.lastPlace, message: message), of: stream)
            } else if !end.lastCodes.contains(head.predecessor.code), !end.isLastBad {
                tell(
                    .init(kind: .changed, place: end.lastPlace, message: "line \(line) \(VerifiedStart.changed)"),
                    of: stream
                )
            }
        }
        for (stream, end) in ends where !end.isEnded {
            let before = bounded.contains(stream) ? " before the next start" : ""
            let message =
                "whether lines are missing behind line \(end.last): it does not say that the server was stopped, so the "
                + "server runs, was killed, or somebody cut them\(before)"
            tell(.init(kind: .doubt, place: end.lastPlace, message: message), of: stream)
        }
    }
}
