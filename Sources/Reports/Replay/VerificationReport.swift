internal import JSONPull

/// What the chain says of a decision log.
package struct VerificationReport: Sendable {
    /// A line, by its file and number.
    package struct Place: Sendable, Hashable {
        package var file: String
        /// From 1.
        package var line: Int

        package init(file: String, line: Int) { (self.file, self.line) = (file, line) }

        var text: String { "\(file):\(line)" }
    }

    /// Something that is said of a line.
    package struct Entry: Sendable {
        /// Nil for what is said of all.
        package var place: Place?
        package var message: String
    }

    /// How many are told one by one; all are counted.
    private static let maximumEntries = 10_000

    /// What is wrong.
    package private(set) var found: [Entry] = []
    package private(set) var foundCount = 0
    /// What nobody can tell.
    package private(set) var doubts: [Entry] = []
    package private(set) var doubtCount = 0
    package var files = 0
    /// Lines that are chained.
    package var lines = 0
    /// Those of them that are what was written.
    package var verified = 0
    /// Starts of processes that wrote them.
    package var starts = 0

    package init() {}

    package mutating func find(_ message: String, at place: Place?) {
        foundCount += 1
        if found.count < Self.maximumEntries { found.append(Entry(place: place, message: message)) }
    }

    package mutating func doubt(_ message: String, at place: Place?) {
        doubtCount += 1
        if doubts.count < Self.maximumEntries { doubts.append(Entry(place: place, message: message)) }
    }

    package func exitStatus(isStrict: Bool) -> CommandStatus {
        foundCount > 0 || (isStrict && doubtCount > 0) ? .refused : .good
    }
}

extension VerificationReport: PrintedReport {
    package static let forms: [OutputForm<VerificationReport>] = [
        .init(.text) { $0.text(isQuiet: $1.isQuiet, style: $1.style) },
        .init(.json) { report, _ in VisibleText.json(report.json) },
    ]

    /// A line for each thing that is wrong or cannot be told, and one that sums up; quiet, what is wrong and the sum alone.
    private func text(isQuiet: Bool, style: TerminalStyle) -> String {
        func line(_ entry: Entry, _ look: TerminalStyle.Look, _ words: String) -> String {
            let place = entry.place.map { VisibleText.line("\($0.text): ") } ?? ""
            return place + style.apply(look, to: words) + VisibleText.line(": \(entry.message)") + "\n"
        }
        let wrong = found.map { line($0, .error, "found") }.joined()
        let unsure = isQuiet ? "" : doubts.map { line($0, .warning, "cannot tell") }.joined()
        let counts =
            "\(lines) chained lines of \(starts) \(starts == 1 ? "start" : "starts") in \(files) "
            + "\(files == 1 ? "file" : "files"): \(verified) as they were written, \(foundCount) found, "
            + "\(doubtCount) cannot be told\n"
        return wrong + unsure + counts
    }

    /// `{"found": […], "cannotTell": […], "summary": {…}}`, one line.
    private var json: [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        func write(_ entries: [Entry]) {
            writer.beginArray()
            for entry in entries {
                writer.beginObject()
                if let place = entry.place {
                    writer.member("file", place.file)
                    writer.member("line", place.line)
                }
                writer.member("message", entry.message)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.beginObject()
        writer.key("found")
        write(found)
        writer.key("cannotTell")
        write(doubts)
        writer.key("summary")
        writer.beginObject()
        writer.member("files", files)
        writer.member("lines", lines)
        writer.member("starts", starts)
        writer.member("verified", verified)
        writer.member("found", foundCount)
        writer.member("cannotTell", doubtCount)
        writer.endObject()
        writer.endObject()
        writer.newline()
        return writer.bytes
    }
}
