package import JSONPull

/// A change of a file that puts a finding right, as SARIF has it: columns in characters, lines as `\n` ends them.
package struct SourceFix: Equatable, Sendable {
    /// A part of the file, and what comes in its place.
    package struct Replacement: Equatable, Sendable {
        package let start: SourcePosition
        /// Behind the last character.
        package let end: SourcePosition
        package let text: String

        package init(start: SourcePosition, end: SourcePosition, text: String) {
            (self.start, self.end, self.text) = (start, end, text)
        }
    }

    /// What it does, in a few words.
    package let title: String
    package let replacements: [Replacement]

    package init(title: String, replacements: [Replacement]) {
        (self.title, self.replacements) = (title, replacements)
    }

    /// Writes `fixes` of a result (SARIF 2.1.0 section 3.27.30): one fix (3.55), of one artifact (3.56).
    func writeMember(file: String, to writer: inout JSONWriter) {
        writer.key("fixes")
        writer.beginArray()
        writer.beginObject()
        writer.key("description")
        writer.beginObject()
        writer.member("text", title)
        writer.endObject()
        writer.key("artifactChanges")
        writer.beginArray()
        writer.beginObject()
        writer.key("artifactLocation")
        writer.beginObject()
        writer.member("uri", FileURI.reference(to: file))
        writer.endObject()
        writer.key("replacements")
        writer.beginArray()
        for replacement in replacements { replacement.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.endArray()
    }
}

extension SourceFix.Replacement {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("deletedRegion")
        writer.beginObject()
        writer.member("startLine", start.line)
        writer.member("startColumn", start.column)
        writer.member("endLine", end.line)
        writer.member("endColumn", end.column)
        writer.endObject()
        if !text.utf8.isEmpty {
            writer.key("insertedContent")
            writer.beginObject()
            writer.member("text", text)
            writer.endObject()
        }
        writer.endObject()
    }
}
