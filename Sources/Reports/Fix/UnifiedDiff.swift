internal import JSONPull

/// Changes of a text as a unified diff (POSIX diff -u), to be read: what texts say is left out, as everywhere, which is why it is
/// for nobody's `patch`.
package struct UnifiedDiff {
    /// A change: lines that go, by number from 0, and those that come.
    package struct Change {
        package let old: Range<Int>
        package let new: [DiffLine]

        package init(old: Range<Int>, new: [DiffLine]) {
            (self.old, self.new) = (old, new)
        }
    }

    private static let context = 3

    private let name: String
    private let lines: [DiffLine]
    private let changes: [Change]

    /// - Parameters:
    ///   - name: the file.
    ///   - lines: all of it.
    ///   - changes: in order, apart from each other.
    package init(name: String, lines: [DiffLine], changes: [Change]) {
        (self.name, self.lines, self.changes) = (name, lines, changes)
    }

    package var text: String {
        guard !changes.isEmpty else { return "" }
        let shown = VisibleText.line(name)
        var text = "--- \(shown)\n+++ \(shown)\n"
        var moved = 0
        var start = 0
        while start < changes.count {
            var end = start + 1
            while end < changes.count,
                changes[end].old.lowerBound - changes[end - 1].old.upperBound <= 2 * Self.context
            {
                end += 1
            }
            text += hunk(changes[start..<end], &moved)
            start = end
        }
        return text
    }

    private func hunk(_ changes: ArraySlice<Change>, _ moved: inout Int) -> String {
        guard let first = changes.first, let last = changes.last else { return "" }
        let start = max(0, first.old.lowerBound - Self.context)
        let end = min(lines.count, last.old.upperBound + Self.context)
        var body = ""
        var next = start
        var growth = 0
        for change in changes {
            for line in lines[next..<change.old.lowerBound] { body += " \(line.text)\n\(line.note)" }
            for line in lines[change.old] { body += "-\(line.text)\n\(line.note)" }
            for line in change.new { body += "+\(line.text)\n\(line.note)" }
            growth += change.new.count - change.old.count
            next = change.old.upperBound
        }
        for line in lines[next..<end] { body += " \(line.text)\n\(line.note)" }
        let (old, new) = (end - start, end - start + growth)
        // A range of no lines names the line before it.
        let oldStart = old == 0 ? start : start + 1
        let newStart = new == 0 ? start + moved : start + moved + 1
        moved += growth
        return "@@ -\(oldStart),\(old) +\(newStart),\(new) @@\n\(body)"
    }
}
