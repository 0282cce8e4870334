internal import JSONPull
internal import ManifestEdits
internal import Reports

extension FileFixes {
    /// The change as a person reads it.
    var diff: UnifiedDiff {
        let (old, new) = (DiffText(text, told: toldKeys), DiffText(newText, told: toldKeys))
        var changes: [UnifiedDiff.Change] = []
        var region: (range: Range<Int>, growth: Int)?
        var moved = 0
        func close() {
            guard let open = region else { return }
            changes += change(open.range, growth: open.growth, moved: moved, old, new)
            moved += open.growth
            region = nil
        }
        for edit in edits {
            let range = wholeLines(edit.range, old.lines)
            let growth = edit.newText.count - edit.range.count
            if let open = region, range.lowerBound <= open.range.upperBound {
                let end = max(open.range.upperBound, range.upperBound)
                region = (open.range.lowerBound..<end, open.growth + growth)
                continue
            }
            close()
            region = (range, growth)
        }
        close()
        return UnifiedDiff(name: source, lines: old.shown, changes: changes)
    }

    /// From the start of a line to the start of another one, or the end.
    private func wholeLines(_ range: Range<Int>, _ starts: LineStarts) -> Range<Int> {
        func startsLine(_ offset: Int) -> Bool { offset == 0 || text[offset - 1] == UInt8(ascii: "\n") }
        let first = startsLine(range.lowerBound) ? range.lowerBound : starts.starts[starts.line(of: range.lowerBound)]
        guard range.upperBound < text.count, !startsLine(range.upperBound) else { return first..<range.upperBound }
        let line = starts.line(of: range.upperBound)
        return first..<(line + 1 < starts.starts.count ? starts.starts[line + 1] : text.count)
    }

    /// The lines that differ in a part of the old text, which grows by so much and had moved by so much before.
    private func change(
        _ range: Range<Int>,
        growth: Int,
        moved: Int,
        _ old: DiffText,
        _ new: DiffText
    ) -> [UnifiedDiff.Change] {
        var before = old.numbers(range)
        var after = new.numbers(range.lowerBound + moved..<range.upperBound + moved + growth)
        // What is the same at either end is no change.
        while let one = before.first, let other = after.first, old.bytes(one).elementsEqual(new.bytes(other)) {
            (before, after) = (before.dropFirst(), after.dropFirst())
        }
        while let one = before.last, let other = after.last, old.bytes(one).elementsEqual(new.bytes(other)) {
            (before, after) = (before.dropLast(), after.dropLast())
        }
        return before.isEmpty && after.isEmpty ? [] : [UnifiedDiff.Change(old: before, new: Array(new.shown[after]))]
    }
}

/// A text in lines, as they are and as they are shown.
private struct DiffText {
    let lines: LineStarts
    private(set) var shown: [DiffLine] = []
    private let text: [UInt8]

    /// The keys `told` are those that findings tell.
    init(_ text: [UInt8], told: Set<ExactString>) {
        self.text = text
        lines = LineStarts(text)
        let hidden =
            ManifestText(text)?.textsToHide {
                DiffLine.mayShowText(at: $0.string)
            } keys: {
                told.contains($0) || DiffLine.mayShowKey($0.string)
            } ?? [text.indices]
        var first = 0
        for number in lines.starts.indices {
            let bytes = lines.bytes(ofLine: number, in: text)
            while first < hidden.count, hidden[first].upperBound <= bytes.startIndex { first += 1 }
            var last = first
            while last < hidden.count, hidden[last].lowerBound < bytes.endIndex { last += 1 }
            shown.append(DiffLine(bytes, hiding: hidden[first..<last]))
        }
    }

    func bytes(_ number: Int) -> ArraySlice<UInt8> { lines.bytes(ofLine: number, in: text) }

    /// The lines of a part that starts where one does, and ends so or with the text.
    func numbers(_ range: Range<Int>) -> Range<Int> {
        func number(_ offset: Int) -> Int { offset == text.count ? lines.starts.count : lines.line(of: offset) }
        return number(range.lowerBound)..<number(range.upperBound)
    }
}
