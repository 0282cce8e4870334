package import JSONPull
internal import YAMLPull

/// Takes a manifest file apart: YAML documents or JSON values, lists unfolded.
package enum ManifestReader {
    /// Lists within lists; kubectl writes none at all.
    static let maximumListDepth = 16

    /// What a file holds.
    package enum Item {
        case object(ManifestObject)
        case problem(FileProblem)
    }

    /// Calls `body` with every object of `text`, in order, and with every document that is none.
    ///
    /// A text whose first character is `{` or `[` is read as JSON, values one after the other, and only if it is no
    /// JSON as YAML (a flow mapping starts the same way); a file named `.json` is then a broken one.
    ///
    /// `file` is the path, for problems.
    package static func objects(in text: [UInt8], file: String, _ body: (Item) -> Void) {
        withoutActuallyEscaping(body) { read(text, file: file, $0) }
    }

    private static func read(_ text: [UInt8], file: String, _ body: @escaping (Item) -> Void) {
        let start = startOfText(text)
        guard start < text.count, text[start] == UInt8(ascii: "{") || text[start] == UInt8(ascii: "[") else {
            return readYAML(text, file: file, body)
        }
        unsafe text.withUnsafeBytes { bytes in
            if !ExactString(file).ends(with: ".json"), unsafe !isJSON(bytes, from: start) {
                return readYAML(text, file: file, body)
            }
            unsafe readJSON(bytes, from: start, file: file, body)
        }
    }

    /// Offset of the first byte that is neither a byte order mark nor white space.
    private static func startOfText(_ text: [UInt8]) -> Int {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let start = text.starts(with: mark) ? mark.count : 0
        return text[start...].firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? text.count
    }

    private static func isJSON(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Bool {
        do throws(JSONError) {
            try unsafe JSONReader.read(UnsafeRawBufferPointer(rebasing: bytes[start...])) { reader throws(JSONError) in
                while try reader.hasMoreValues() { try reader.skipValue() }
            }
            return true
        } catch {
            return false
        }
    }

    private static func readYAML(_ text: [UInt8], file: String, _ body: @escaping (Item) -> Void) {
        YAMLReader.documents(in: text) { document throws(Never) in
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

/// Walks over the JSON values of a text and into lists.
@safe
struct ManifestUnfolding {
    private let bytes: UnsafeRawBufferPointer
    private let file: String
    private let body: (ManifestReader.Item) -> Void
    /// What became the text; without one the text is the file.
    var document: YAMLDocument?
    private var place = TextPlace()

    init(bytes: UnsafeRawBufferPointer, file: String, body: @escaping (ManifestReader.Item) -> Void) {
        unsafe self.bytes = bytes
        self.file = file
        self.body = body
    }

    /// Reads all values from offset `start` on; the first that is no JSON ends it.
    mutating func readValues(from start: Int) {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
        do throws(JSONError) {
            try unsafe JSONReader.read(rest) { reader throws(JSONError) in
                while try reader.hasMoreValues() { try visitNext(&reader, base: start, depth: 0) }
            }
        } catch {
            let located = unsafe JSONError(error.reason, at: error.offset + start).located(in: bytes)
            report("\(error.reason) (correct the JSON)", at: position(of: located.error.offset))
        }
    }

    /// Reads one value of a reader whose text starts at `base` in `bytes`.
    private mutating func visitNext(
        _ reader: inout JSONReader,
        base: Int,
        depth: Int,
        defaults: ManifestEnvelope? = nil
    ) throws(JSONError) {
        _ = try reader.peek()
        let start = reader.position + base
        var envelope = try ManifestEnvelope.read(&reader)?.moved(by: base)
        if let defaults { envelope?.fill(from: defaults) }
        visit(envelope, at: start, depth: depth)
    }

    private mutating func visit(_ envelope: ManifestEnvelope?, at start: Int, depth: Int) {
        let position = position(of: start)
        guard let envelope else {
            return report("not an object (a manifest has apiVersion, kind and metadata)", at: position)
        }
        guard envelope.isList, let items = envelope.items else {
            let json = unsafe UnsafeRawBufferPointer(rebasing: bytes[envelope.range])
            let origin =
                document.map { ManifestOrigin($0.positions, offset: start, start: position) }
                ?? ManifestOrigin(start: position)
            if let metadata = envelope.metadata,
                ClusterKind(group: envelope.groupVersion.group, kind: envelope.kind) != nil
            {
                let faults = unsafe ManifestMetadata.faults(in: UnsafeRawBufferPointer(rebasing: bytes[metadata]))
                let offset = metadata.lowerBound - envelope.range.lowerBound
                let places = unsafe origin.positions(ofOffsets: faults.map { $0.offset + offset }, in: json)
                for (fault, place) in zip(faults, places) { report("\(envelope.kind): \(fault.message)", at: place) }
                if !faults.isEmpty { return }
            }
            return body(.object(unsafe ManifestObject(json: json, envelope: envelope, origin: origin)))
        }
        guard depth < ManifestReader.maximumListDepth else {
            return report("lists within lists (write the objects into one)", at: position)
        }
        unfold(items, defaults: envelope.itemDefaults, depth: depth + 1)
    }

    private mutating func unfold(_ items: Range<Int>, defaults: ManifestEnvelope, depth: Int) {
        let json = unsafe UnsafeRawBufferPointer(rebasing: bytes[items])
        do throws(JSONError) {
            try unsafe JSONReader.read(json) { reader throws(JSONError) in
                guard try reader.enterArray() else { return }
                var isFirst = true
                while try reader.nextElement(&isFirst) {
                    try visitNext(&reader, base: items.lowerBound, depth: depth, defaults: defaults)
                }
            }
        } catch {
            // These bytes have been read before, as part of the list.
            report("\(error.reason)", at: position(of: items.lowerBound))
        }
    }

    private func report(_ message: String, at position: SourcePosition) {
        body(.problem(FileProblem(file: file, position: position, message: message)))
    }

    /// Offsets come in rising order but for a list's own, so lines are counted on from the last one.
    private mutating func position(of offset: Int) -> SourcePosition {
        if let document { return document.position(ofJSONOffset: offset) }
        unsafe place.advance(to: offset, in: bytes)
        return place.position
    }
}

extension FileProblem {
    /// What a document's writer hardly meant.
    fileprivate init(_ warning: YAMLWarning, file: String) {
        self.init(.warning, file: file, position: warning.position, message: warning.explanation)
    }
}

extension ManifestEnvelope {
    /// The same in a text that starts `offset` bytes earlier.
    fileprivate func moved(by offset: Int) -> ManifestEnvelope {
        var moved = self
        moved.range = (range.lowerBound + offset)..<(range.upperBound + offset)
        moved.metadata = metadata.map { ($0.lowerBound + offset)..<($0.upperBound + offset) }
        moved.items = items.map { ($0.lowerBound + offset)..<($0.upperBound + offset) }
        return moved
    }
}

extension JSONReader {
    /// Whether anything but white space is left.
    fileprivate mutating func hasMoreValues() throws(JSONError) -> Bool {
        do throws(JSONError) {
            _ = try peek()
            return true
        } catch {
            guard error.reason == .unexpectedEnd else { throw error }
            return false
        }
    }
}
