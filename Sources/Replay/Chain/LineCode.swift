internal import Digest

/// The authentication code of a line of the decision log, 32 bytes, and everything that is as long.
package struct LineCode: Hashable, Sendable {
    package static let byteCount = 32
    /// What the first line of a start follows.
    package static let zero = LineCode([UInt8](repeating: 0, count: byteCount))

    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads 64 lower-case hexadecimal digits; nil for anything else.
    package init?(hexadecimal digits: some Collection<UInt8>) {
        guard digits.count == 2 * Self.byteCount, let bytes = Hexadecimal.bytes(digits) else { return nil }
        self.bytes = bytes
    }

    /// 64 lower-case hexadecimal digits.
    package var text: String { Hexadecimal.text(bytes) }
}
