internal import JSONPull
internal import ManifestEdits
internal import Offline

/// A change of text that puts something right.
struct TextFix {
    /// A part of the text, and what comes in its place.
    struct Change {
        let start: DocumentLines.Place
        let end: DocumentLines.Place
        let newText: String
    }

    let title: String
    let changes: [Change]

    /// Nil where there is no mechanical fix, or where the text is written in a way that it does not fit.
    init?(_ diagnostic: DocumentCheck.Diagnostic, in text: ManifestText, _ lines: DocumentLines) {
        guard !diagnostic.patch.isEmpty,
            case .success(let edits) = text.edits(for: diagnostic.patch, at: diagnostic.object)
        else { return nil }
        title = FixText.title(of: diagnostic.patch, edits, in: text.bytes)
        changes = edits.map { edit in
            Change(
                start: lines.place(offset: edit.range.lowerBound),
                end: lines.place(offset: edit.range.upperBound),
                newText: String(decoding: edit.newText, as: UTF8.self)
            )
        }
    }
}
