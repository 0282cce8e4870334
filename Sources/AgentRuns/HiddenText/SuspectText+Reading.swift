private import Digest
package import JSONPull

extension SuspectText {
    /// Looks through a text that is held in full; nil where nothing is hidden.
    package init?(_ text: ExactString) {
        guard let hidden = HiddenText.find(in: text) else { return nil }
        self.init(hidden, identity: ExactString(SHA256.hexDigest(of: text.string)))
    }

    /// What is known of a text that is not held.
    package init?(_ text: MeasuredText) {
        guard let hidden = text.hidden else { return nil }
        self.init(hidden, identity: text.identity)
    }
}

extension JSONReader {
    /// Passes over a string and looks through it; nil where nothing is hidden, or it is no string.
    ///
    /// Nothing is kept of a text that hides nothing: nearly all have only bytes that can be seen as they stand.
    mutating func readSuspectText() throws(JSONError) -> SuspectText? {
        let kind = try peek()
        if kind == .object, case .text(let text)? = try readMeasuredValue() { return SuspectText(text) }
        let range = try skipValue()
        guard kind == .string else { return nil }
        let isPlain = unsafe withBytes(range) { bytes in
            unsafe ASCIIRun.end(in: bytes, from: 0) == bytes.count && !bytes.contains(UInt8(ascii: "\\"))
        }
        if isPlain { return nil }
        let json = unsafe withBytes(range) { unsafe Array($0) }
        // It was read before, so it cannot fail to be JSON.
        let text = try? JSONReader.read(json) { reader throws(JSONError) in try reader.readExactString() }
        return (text ?? nil).flatMap { SuspectText($0) }
    }
}
