internal import ManifestEdits
internal import Reports

extension FileFixes {
    /// The change as a person reads it.
    var diff: UnifiedDiff {
        let starts = LineStarts(text)
        let old = Self.lines(of: text, starts, isNew: false)
        var changes: [UnifiedDiff.Change] = []
        var region: (range: Range<Int>, edits: [TextEdit])?
        for edit in edits {
            let range = wholeLines(edit.range, starts)
            if let open = region, range.lowerBound <= open.range.upperBound {
                let end = max(open.range.upperBound, range.upperBound)
                region = (open.range.lowerBound..<end, open.edits + [edit])
                continue
            }
            if let region { changes.append(change(region, old, starts)) }
            region = (range, [edit])
        }
        if let region { changes.append(change(region, old, starts)) }
        return UnifiedDiff(name: source, lines: old, changes: changes.filter { !$0.old.isEmpty || !$0.new.isEmpty })
    }

    /// From the start of a line to the start of another one, or the end.
    private func wholeLines(_ range: Range<Int>, _ starts: LineStarts) -> Range<Int> {
        func startsLine(_ offset: Int) -> Bool { offset == 0 || text[offset - 1] == UInt8(ascii: "\n") }
        let first = startsLine(range.lowerBound) ? range.lowerBound : starts.starts[starts.line(of: range.lowerBound)]
        guard range.upperBound < text.count, !startsLine(range.upperBound) else { return first..<range.upperBound }
        let line = starts.line(of: range.upperBound)
        return first..<(line + 1 < starts.starts.count ? starts.starts[line + 1] : text.count)
    }

    private func change(
        _ region: (range: Range<Int>, edits: [TextEdit]),
        _ old: [DiffLine],
        _ starts: LineStarts
    ) -> UnifiedDiff.Change {
        let (start, end) = (region.range.lowerBound, region.range.upperBound)
        let part = Array(text[start..<end])
        let moved = region.edits.map {
            TextEdit($0.range.lowerBound - start..<$0.range.upperBound - start, $0.newText)
        }
        let changed = TextEdit.applying(moved, to: part)
        var new = changed.isEmpty ? [] : Self.lines(of: changed, LineStarts(changed), isNew: true)
        let first = start == text.count ? old.count : starts.line(of: start)
        let last = end == text.count ? old.count : starts.line(of: end)
        var lines = first..<last
        // What is the same at either end is no change.
        let bytes = changed.isEmpty ? [] : Self.slices(of: changed)
        var same = 0
        while same < new.count, lines.lowerBound < lines.upperBound,
            bytes[same].elementsEqual(starts.bytes(ofLine: lines.lowerBound, in: text))
        {
            same += 1
            lines = lines.lowerBound + 1..<lines.upperBound
        }
        var kept = new.count
        while kept > same, lines.lowerBound < lines.upperBound,
            bytes[kept - 1].elementsEqual(starts.bytes(ofLine: lines.upperBound - 1, in: text))
        {
            kept -= 1
            lines = lines.lowerBound..<lines.upperBound - 1
        }
        new = Array(new[same..<kept])
        return UnifiedDiff.Change(old: lines, new: new)
    }

    private static func slices(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        let starts = LineStarts(text)
        return starts.starts.indices.map { starts.bytes(ofLine: $0, in: text) }
    }

    private static func lines(of text: [UInt8], _ starts: LineStarts, isNew: Bool) -> [DiffLine] {
        var isText = [Bool](repeating: false, count: starts.starts.count)
        for range in ManifestText(text)?.innerLines ?? [] where !range.isEmpty {
            for line in starts.line(of: range.lowerBound)...starts.line(of: range.upperBound - 1) {
                isText[line] = true
            }
        }
        return starts.starts.indices.map { line in
            DiffLine(starts.bytes(ofLine: line, in: text), isText: isText[line], isNew: isNew)
        }
    }
}
