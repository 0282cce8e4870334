internal import JSONPull
internal import Offline
internal import Policy
internal import Reports

/// Messages to the editor, as JSON; foreign text in them is fit to print.
enum LanguageAnswer {
    private static func message(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.beginObject()
        writer.member("jsonrpc", "2.0")
        write(&writer)
        writer.endObject()
        return VisibleText.json(writer.bytes)
    }

    static func result(id: String, _ write: (inout JSONWriter) -> Void) -> [UInt8] {
        message { writer in
            writer.key("id")
            writer.value(ExactString(id))
            writer.key("result")
            write(&writer)
        }
    }

    static func error(id: String, code: Int, _ text: String) -> [UInt8] {
        message { writer in
            writer.key("id")
            writer.value(ExactString(id))
            writer.key("error")
            writer.beginObject()
            writer.member("code", code)
            writer.member("message", text)
            writer.endObject()
        }
    }

    static func writeCapabilities(version: String, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("capabilities")
        writer.beginObject()
        writer.key("textDocumentSync")
        writer.beginObject()
        writer.key("openClose")
        writer.boolean(true)
        writer.member("change", 1)
        writer.key("save")
        writer.boolean(true)
        writer.endObject()
        writer.key("hoverProvider")
        writer.boolean(true)
        writer.key("codeActionProvider")
        writer.boolean(true)
        writer.endObject()
        writer.key("serverInfo")
        writer.beginObject()
        writer.member("name", "agentrun-admission")
        writer.member("version", version)
        writer.endObject()
        writer.endObject()
    }

    /// `textDocument/publishDiagnostics`; of a text that is closed, none.
    static func diagnostics(uri: String, _ document: LanguageSession.Document?) -> [UInt8] {
        message { writer in
            writer.member("method", "textDocument/publishDiagnostics")
            writer.key("params")
            writer.beginObject()
            writer.member("uri", uri)
            writer.key("diagnostics")
            writer.beginArray()
            if let document {
                for diagnostic in document.diagnostics { write(diagnostic, document.lines, to: &writer) }
            }
            writer.endArray()
            writer.endObject()
        }
    }

    private static func write(
        _ diagnostic: DocumentCheck.Diagnostic,
        _ lines: DocumentLines,
        to writer: inout JSONWriter
    ) {
        let (line, bytes) = lines.token(at: diagnostic.position)
        writer.beginObject()
        writer.key("range")
        writeRange(lines.place(line, bytes: bytes.lowerBound), lines.place(line, bytes: bytes.upperBound), to: &writer)
        // 1 an error, 2 a warning, 3 information.
        writer.member("severity", diagnostic.action == .deny ? 1 : diagnostic.action == .warn ? 2 : 3)
        writer.member("source", "agentrun-admission")
        if !diagnostic.reason.utf8.isEmpty { writer.member("code", diagnostic.reason) }
        writer.member("message", VisibleText.line(diagnostic.message))
        writer.endObject()
    }

    private static func writeRange(
        _ start: DocumentLines.Place,
        _ end: DocumentLines.Place,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        for (key, place) in [("start", start), ("end", end)] {
            writer.escapedKey(key)
            writer.beginObject()
            writer.member("line", place.line)
            writer.member("character", place.character)
            writer.endObject()
        }
        writer.endObject()
    }

    static func writeHover(_ diagnostics: [DocumentCheck.Diagnostic], to writer: inout JSONWriter) {
        let parts = diagnostics.map { diagnostic in
            let reason = Reason(rawValue: diagnostic.reason)
            let own = APIServerReason(rawValue: diagnostic.reason)
            var lines = [
                "**\(diagnostic.reason.utf8.isEmpty ? "Not read" : diagnostic.reason)** (\(diagnostic.action.rawValue))"
            ]
            lines.append(markdown(diagnostic.message))
            if let meaning = reason?.meaning ?? own?.meaning { lines.append("*Meaning*: \(meaning)") }
            if let example = reason?.example ?? own?.example { lines.append("*Example*: \(example)") }
            if let fix = reason?.fix ?? own?.fix { lines.append("*Fix*: \(fix)") }
            return lines.joined(separator: "\n\n")
        }
        writer.beginObject()
        writer.key("contents")
        writer.beginObject()
        writer.member("kind", "markdown")
        writer.member("value", parts.joined(separator: "\n\n---\n\n"))
        writer.endObject()
        writer.endObject()
    }

    /// A line of Markdown that shows `text` as it is.
    private static func markdown(_ text: String) -> String {
        var result = ""
        for scalar in VisibleText.line(text).unicodeScalars {
            if "\\`*_{}[]<>()#+!|~".unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    static func writeAction(
        _ fix: TextFix,
        for diagnostic: DocumentCheck.Diagnostic,
        uri: String,
        _ lines: DocumentLines,
        to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("title", fix.title)
        writer.member("kind", "quickfix")
        writer.key("diagnostics")
        writer.beginArray()
        write(diagnostic, lines, to: &writer)
        writer.endArray()
        writer.key("edit")
        writer.beginObject()
        writer.key("changes")
        writer.beginObject()
        writer.escapedKey(uri)
        writer.beginArray()
        for change in fix.changes {
            writer.beginObject()
            writer.key("range")
            writeRange(change.start, change.end, to: &writer)
            writer.member("newText", change.newText)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endObject()
        writer.endObject()
    }
}
