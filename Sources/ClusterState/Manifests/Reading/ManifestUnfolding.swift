internal import JSONPull
internal import YAMLPull

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
            let message = "not an object (a manifest has apiVersion, kind and metadata)"
            return depth == 0 ? body(.noObject(problem(message, at: position))) : report(message, at: position)
        }
        guard let items = envelope.items else {
            if let message = envelope.reasonForNone {
                let problem = problem(message, at: position)
                return body(envelope.looksLikeObject || depth > 0 ? .problem(problem) : .noObject(problem))
            }
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
        guard let items else {
            return report("items is no list, and kubectl takes whatever has items for one (write a list)", at: position)
        }
        guard depth < ManifestReader.maximumListDepth else {
            return report("lists within lists (write the objects into one)", at: position)
        }
        if depth == 1 {
            body(.refused(problem("kubectl takes no list within a list (write the objects into one)", at: position)))
        }
        unfold(items, defaults: envelope.itemDefaults, depth: depth + 1)
    }

    private mutating func unfold(_ items: Range<Int>, defaults: ManifestEnvelope, depth: Int) {
        let json = unsafe UnsafeRawBufferPointer(rebasing: bytes[items])
        do throws(JSONError) {
            try unsafe JSONReader.read(json) { reader throws(JSONError) in
                // `items: null` is a list of nothing.
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
        body(.problem(problem(message, at: position)))
    }

    private func problem(_ message: String, at position: SourcePosition) -> FileProblem {
        FileProblem(file: file, position: position, message: message)
    }

    /// Offsets come in rising order but for a list's own, so lines are counted on from the last one.
    private mutating func position(of offset: Int) -> SourcePosition {
        if let document { return document.position(ofJSONOffset: offset) }
        unsafe place.advance(to: offset, in: bytes)
        return place.position
    }
}

extension ManifestEnvelope {
    /// The same in a text that starts `offset` bytes earlier.
    fileprivate func moved(by offset: Int) -> ManifestEnvelope {
        var moved = self
        moved.range = (range.lowerBound + offset)..<(range.upperBound + offset)
        moved.metadata = metadata.map { ($0.lowerBound + offset)..<($0.upperBound + offset) }
        moved.items = items.map { items in items.map { ($0.lowerBound + offset)..<($0.upperBound + offset) } }
        return moved
    }
}

extension JSONReader {
    /// Whether anything but white space is left.
    mutating func hasMoreValues() throws(JSONError) -> Bool {
        do throws(JSONError) {
            _ = try peek()
            return true
        } catch {
            guard error.reason == .unexpectedEnd else { throw error }
            return false
        }
    }
}
