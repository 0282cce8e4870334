package import JSONPull
internal import YAMLPull

/// The way from the JSON of an object back to the file it was written in.
package struct ManifestOrigin: Sendable {
    private enum Text {
        /// YAML that became JSON, in which the object starts at `offset`.
        case yaml(YAMLPositionMap, offset: Int)
        /// The file is the JSON.
        case json
    }

    /// Where the object starts.
    package let start: SourcePosition
    private let text: Text

    /// The origin of an object of the YAML document with these positions.
    init(_ positions: YAMLPositionMap, offset: Int, start: SourcePosition) {
        self.start = start
        text = .yaml(positions, offset: offset)
    }

    /// The origin of an object that stands in the file as it is.
    init(start: SourcePosition) {
        self.start = start
        text = .json
    }

    /// Where in the file the keys or values are that stand at `offsets` of the object's `json`; nil is the object itself.
    package func positions(ofOffsets offsets: [Int?], in json: UnsafeRawBufferPointer) -> [SourcePosition] {
        var result = [SourcePosition](repeating: start, count: offsets.count)
        switch text {
        case .yaml(let positions, let base):
            for case (let index, let offset?) in offsets.enumerated() {
                result[index] = positions.position(ofJSONOffset: base + offset) ?? start
            }
        case .json:
            var place = TextPlace(start)
            // In the order of the text, which is then read once.
            let known = offsets.enumerated().compactMap { index, offset in offset.map { (index: index, offset: $0) } }
            for (index, offset) in known.sorted(by: { $0.offset < $1.offset }) {
                unsafe place.advance(to: offset, in: json)
                result[index] = place.position
            }
        }
        return result
    }
}

/// A line and a column that move along a text.
struct TextPlace {
    private(set) var position: SourcePosition
    private var offset = 0

    init(_ position: SourcePosition = SourcePosition(line: 1, column: 1)) {
        self.position = position
    }

    /// Moves on to `offset` of `bytes`, and back by starting anew.
    mutating func advance(to offset: Int, in bytes: UnsafeRawBufferPointer) {
        if offset < self.offset { self = TextPlace() }
        for index in self.offset..<offset {
            let byte = unsafe bytes[index]
            let isLoneReturn =
                unsafe byte == UInt8(ascii: "\r")
                && !(index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n"))
            if byte == UInt8(ascii: "\n") || isLoneReturn {
                position.line += 1
                position.column = 1
            } else if byte & 0xC0 != 0x80 {
                position.column += 1
            }
        }
        self.offset = offset
    }
}
