internal import JSONPull

/// Reads YAML as kubectl does: each document becomes JSON (sigs.k8s.io/yaml over go-yaml v2, YAML 1.1 types), and JSON is
/// what everything else reads.
package enum YAMLReader {
    /// Calls `body` with each document of `text`, in order; empty ones (and `null`) are passed over.
    ///
    /// A document that is good YAML but no JSON is reported and the next one read. After a syntax error nothing more
    /// can be told of the text, so that error is the last thing `body` sees; nor after bytes that are no text.
    package static func documents<Failure: Error>(
        in text: [UInt8],
        limits: YAMLLimits = YAMLLimits(),
        _ body: (Result<YAMLDocument, YAMLError>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(max(limits.maximumTextBytes, limits.maximumJSONBytes) <= 1 << 30, "offsets are kept in 32 bits")
        let checked = YAMLTextCheck.check(text, limits: limits)
        var isReadable = true
        try YAMLEvents.read(checked.text) { (events: inout YAMLEvents) throws(Failure) in
            while isReadable, let document = next(from: &events, text: checked.text, limits: limits) {
                switch document {
                case .empty: continue
                case .read(let result): try body(result)
                case .unreadable(let error):
                    isReadable = false
                    try body(.failure(error))
                }
            }
        }
        if isReadable, let error = checked.error { try body(.failure(error)) }
    }

    private enum Next {
        case empty
        case read(Result<YAMLDocument, YAMLError>)
        case unreadable(YAMLError)
    }

    /// The next document; nil at the end of the stream.
    private static func next(from events: inout YAMLEvents, text: [UInt8], limits: YAMLLimits) -> Next? {
        do throws(YAMLProblem) {
            guard try passDocumentStart(&events) else { return nil }
            switch try YAMLComposer.document(from: &events, limits: limits) {
            case .failure(let error): return .read(.failure(error))
            case .success(let tree): return convert(tree, limits: limits)
            }
        } catch {
            return .unreadable(YAMLSyntax.error(for: error, in: text, limits: limits))
        }
    }

    /// Passes the events before a document's content; false at the end of the stream.
    private static func passDocumentStart(_ events: inout YAMLEvents) throws(YAMLProblem) -> Bool {
        var unused: [UInt8] = []
        while true {
            switch try events.next(addingTextTo: &unused).kind {
            case .documentStart: return true
            case .streamEnd: return false
            case .documentEnd, .scalar, .sequenceStart, .mappingStart, .collectionEnd, .alias, .other: continue
            }
        }
    }

    private static func convert(_ tree: YAMLTree, limits: YAMLLimits) -> Next {
        do throws(YAMLError) {
            guard let document = try YAMLJSONWriter.document(of: tree, limits: limits) else { return .empty }
            return .read(.success(document))
        } catch {
            return .read(.failure(error))
        }
    }
}
