package import JSONPull
internal import YAMLPull

/// Takes a manifest file apart as kubectl does: YAML documents or JSON values, lists unfolded.
package enum ManifestReader {
    /// Lists within lists that are unfolded; kubectl takes one.
    static let maximumListDepth = 16

    /// What a file holds.
    package enum Item {
        case object(ManifestObject)
        /// Something that cannot be read and is meant to be an object, or may be.
        case problem(FileProblem)
        /// Something that is read here and that kubectl would not take, or not find.
        case refused(FileProblem)
        /// A document that is no object of Kubernetes, and does not look as if it was meant to be one.
        case noObject(FileProblem)
    }

    /// Calls `body` with every object of `text`, in order, and with every document that is none.
    ///
    /// A text whose first character is `{` is JSON to kubectl, values one after the other, whatever its file is called. Where it
    /// is none it is read as YAML (a flow mapping starts the same way), and refused.
    ///
    /// `file` is the path, for problems.
    package static func objects(in text: [UInt8], file: String, _ body: (Item) -> Void) {
        withoutActuallyEscaping(body) { read(KubectlText.decoded(text), file: file, $0) }
    }

    /// Whether a text that cannot be read may have been meant to hold an object: whether it has such a word as a key.
    package static func mentionsObject(_ text: [UInt8]) -> Bool {
        unsafe KubectlText.decoded(text).withUnsafeBytes { bytes in unsafe KubectlText.mentionsObject(bytes) }
    }

    private static func read(_ text: [UInt8], file: String, _ body: @escaping (Item) -> Void) {
        let start = startOfText(text)
        let first = start < text.count ? text[start] : 0
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            return readYAML(text, file: file, body)
        }
        unsafe text.withUnsafeBytes { bytes in
            guard let error = unsafe jsonError(in: bytes, from: start),
                !ExactString(file).ends(with: ".json") || isYAML(text)
            else { return unsafe readJSON(bytes, from: start, file: file, body) }
            readYAML(text, file: file, body)
            guard first == UInt8(ascii: "{") else { return }
            var place = TextPlace()
            unsafe place.advance(to: error.offset + start, in: bytes)
            let message =
                "\(error.reason): kubectl takes a text that starts with { for JSON (correct it, or start the file with ---)"
            body(.refused(FileProblem(file: file, position: place.position, message: message)))
        }
    }

    /// Offset of the first byte that is neither a byte order mark nor white space.
    private static func startOfText(_ text: [UInt8]) -> Int {
        let start = text.starts(with: KubectlText.byteOrderMark) ? KubectlText.byteOrderMark.count : 0
        return text[start...].firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? text.count
    }

    private static func jsonError(in bytes: UnsafeRawBufferPointer, from start: Int) -> JSONError? {
        do throws(JSONError) {
            try unsafe JSONReader.read(UnsafeRawBufferPointer(rebasing: bytes[start...])) { reader throws(JSONError) in
                while try reader.hasMoreValues() { try reader.skipValue() }
            }
            return nil
        } catch {
            return error
        }
    }

    private static func isYAML(_ text: [UInt8]) -> Bool {
        var isYAML = true
        YAMLReader.documents(in: text) { document throws(Never) in
            if case .failure = document { isYAML = false }
        }
        return isYAML
    }

    private static func readYAML(_ text: [UInt8], file: String, _ body: @escaping (Item) -> Void) {
        YAMLReader.documents(in: KubectlText.withoutInnerMarks(text)) { document throws(Never) in
            switch document {
            case .failure(let error):
                body(.problem(FileProblem(file: file, position: error.position, message: error.explanation)))
            case .success(let document):
                for warning in document.warnings { body(.problem(FileProblem(warning, file: file))) }
                unsafe document.json.withUnsafeBytes { bytes in
                    var unfolding = unsafe ManifestUnfolding(bytes: bytes, file: file, body: body)
                    unfolding.document = document
                    unfolding.readValues(from: 0)
                }
            }
        }
        for (position, message) in unsafe text.withUnsafeBytes({ unsafe KubectlText.refusals(in: $0) }) {
            body(.refused(FileProblem(file: file, position: position, message: message)))
        }
    }

    private static func readJSON(
        _ bytes: UnsafeRawBufferPointer,
        from start: Int,
        file: String,
        _ body: @escaping (Item) -> Void
    ) {
        var unfolding = unsafe ManifestUnfolding(bytes: bytes, file: file, body: body)
        unfolding.readValues(from: start)
    }
}

extension FileProblem {
    /// What a document's writer hardly meant.
    fileprivate init(_ warning: YAMLWarning, file: String) {
        self.init(.warning, file: file, position: warning.position, message: warning.explanation)
    }
}
