internal import JSONPull
internal import ManifestEdits
package import Offline
internal import Policy
internal import Reports

/// A conversation with an editor in the Language Server Protocol 3.17: it sends texts as they are written, and is told what is
/// wrong with them.
///
/// Pure: a message in, messages out. Texts are sent whole (`TextDocumentSyncKind.Full`), which for manifests costs nothing.
package struct LanguageSession {
    /// What to do after a message.
    package struct Outcome: Sendable {
        /// JSON to be sent, without its header.
        package var messages: [[UInt8]] = []
        /// The exit code, once the editor has asked to end.
        package var exitCode: Int32?
    }

    struct Document {
        var lines: DocumentLines
        var diagnostics: [DocumentCheck.Diagnostic] = []
    }

    /// Texts kept at a time; nobody has more open.
    private static let maximumDocuments = 1000

    private let check: DocumentCheck
    private let version: String
    private var documents: [ExactString: Document] = [:]
    private var isShutDown = false

    /// - Parameters:
    ///   - check: what texts are looked at with.
    ///   - version: of this program, for the editor.
    package init(check: DocumentCheck, version: String) {
        (self.check, self.version) = (check, version)
    }

    /// Answers a message.
    package mutating func handle(_ json: ArraySlice<UInt8>) -> Outcome {
        let message: ClientMessage
        do throws(JSONError) {
            message = try JSONReader.read(Array(json)) { reader throws(JSONError) in try ClientMessage(&reader) }
        } catch {
            return Outcome(messages: [LanguageAnswer.error(id: "null", code: -32_700, "not JSON: \(error)")])
        }
        switch message.method {
        case "initialize": return answer(message) { LanguageAnswer.writeCapabilities(version: version, to: &$0) }
        case "shutdown":
            isShutDown = true
            return answer(message) { $0.null() }
        case "exit": return Outcome(exitCode: isShutDown ? 0 : 1)
        case "textDocument/didOpen", "textDocument/didChange": return open(message)
        case "textDocument/didSave": return look(at: ExactString(message.uri), message.uri)
        case "textDocument/didClose": return close(message)
        case "textDocument/hover": return hover(message)
        case "textDocument/codeAction": return codeActions(message)
        default: return unknown(message)
        }
    }

    private func answer(_ message: ClientMessage, _ write: (inout JSONWriter) -> Void) -> Outcome {
        guard let id = message.id else { return Outcome() }
        return Outcome(messages: [LanguageAnswer.result(id: id, write)])
    }

    /// Notifications that nobody knows are passed over.
    private func unknown(_ message: ClientMessage) -> Outcome {
        guard let id = message.id, !message.method.utf8.isEmpty else { return Outcome() }
        let text = "the method \(VisibleText.quoted(ExactString(message.method))) is not known here"
        return Outcome(messages: [LanguageAnswer.error(id: id, code: -32_601, text)])
    }

    // MARK: Texts

    private mutating func open(_ message: ClientMessage) -> Outcome {
        guard let text = message.text else { return Outcome() }
        let uri = ExactString(message.uri)
        guard documents[uri] != nil || documents.count < Self.maximumDocuments else { return Outcome() }
        documents[uri] = Document(lines: DocumentLines(Array(text.utf8)))
        return look(at: uri, message.uri)
    }

    private mutating func look(at uri: ExactString, _ name: String) -> Outcome {
        guard var document = documents[uri] else { return Outcome() }
        document.diagnostics = check.diagnostics(of: document.lines.text, source: name)
        documents[uri] = document
        return Outcome(messages: [LanguageAnswer.diagnostics(uri: name, document)])
    }

    private mutating func close(_ message: ClientMessage) -> Outcome {
        guard documents.removeValue(forKey: ExactString(message.uri)) != nil else { return Outcome() }
        return Outcome(messages: [LanguageAnswer.diagnostics(uri: message.uri, nil)])
    }

    // MARK: Questions

    /// What is said at a place, with what the reason means.
    private func hover(_ message: ClientMessage) -> Outcome {
        let document = documents[ExactString(message.uri)]
        let found = document?.diagnostics.filter { diagnostic in
            let (line, bytes) = document?.lines.token(at: diagnostic.position) ?? (0, 0..<0)
            let start = document?.lines.place(line, bytes: bytes.lowerBound)
            let end = document?.lines.place(line, bytes: bytes.upperBound)
            return line == message.line && (start?.character ?? 0) <= message.character
                && message.character <= (end?.character ?? 0)
        }
        guard let found, !found.isEmpty else { return answer(message) { $0.null() } }
        return answer(message) { LanguageAnswer.writeHover(found, to: &$0) }
    }

    /// The fixes of what is wrong in the lines asked for.
    private func codeActions(_ message: ClientMessage) -> Outcome {
        guard let document = documents[ExactString(message.uri)] else { return answer(message) { $0.null() } }
        let lines = message.line...max(message.line, message.endLine)
        let asked = document.diagnostics.filter { lines.contains($0.position.line - 1) && !$0.patch.isEmpty }
        let text = asked.isEmpty ? nil : ManifestText(document.lines.text)
        let fixes = asked.compactMap { diagnostic in
            text.flatMap { TextFix(diagnostic, in: $0, document.lines) }.map { (diagnostic, $0) }
        }
        return answer(message) { writer in
            writer.beginArray()
            for (diagnostic, fix) in fixes {
                LanguageAnswer.writeAction(fix, for: diagnostic, uri: message.uri, document.lines, to: &writer)
            }
            writer.endArray()
        }
    }
}
