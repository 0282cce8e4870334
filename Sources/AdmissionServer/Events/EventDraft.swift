internal import JSONPull

/// What an Event says; two of the same are one, that happened twice.
package struct EventDraft: Hashable, Sendable {
    let regarding: EventObjectReference
    let reason: EventReason
    /// `note`, fit to print, at most ``maximumNoteBytes``.
    let note: String

    /// `NoteLengthLimit` of the API server (pkg/apis/core/validation/events.go), in bytes.
    static let maximumNoteBytes = 1024

    init(regarding: EventObjectReference, reason: EventReason, note: String) {
        (self.regarding, self.reason) = (regarding, reason)
        self.note = Self.fit([note])
    }

    /// One that says several things, the first of them if there is no room for all.
    init(regarding: EventObjectReference, reason: EventReason, parts: [String]) {
        (self.regarding, self.reason) = (regarding, reason)
        note = Self.fit(parts)
    }

    /// `parts` with semicolons in between, whole ones as far as there is room, and how many there are beyond.
    private static func fit(_ parts: [String]) -> String {
        var note = ""
        for (index, part) in parts.enumerated() {
            let line = (index == 0 ? "" : "; ") + VisibleText.line(part)
            let left = parts.count - index - 1
            let rest = left == 0 ? 0 : more(left).utf8.count
            if note.utf8.count + line.utf8.count + rest <= maximumNoteBytes {
                note += line
            } else if index == 0 {
                // Not even the first goes in whole.
                return cut(line, to: maximumNoteBytes - rest) + (left == 0 ? "" : more(left))
            } else {
                return note + more(left + 1)
            }
        }
        return note
    }

    private static func more(_ count: Int) -> String { "; and \(count) more" }

    /// `text` within so many bytes, no scalar cut in two.
    private static func cut(_ text: String, to maximumBytes: Int) -> String {
        let mark = "…"
        return ExactString(text).prefix(bytes: maximumBytes - mark.utf8.count).string + mark
    }
}
