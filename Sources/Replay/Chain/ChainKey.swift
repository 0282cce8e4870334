internal import Digest

/// The secret that lines of the decision log are chained with.
package struct ChainKey: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// As long as the code itself: a shorter key is weaker than SHA-256 (RFC 2104 section 3).
    package static let minimumBytes = 32
    /// Far more than any key takes; what is larger is another file.
    package static let maximumBytes = 4096

    static let idDigits = 16

    private let bytes: [UInt8]
    /// Names the key without telling anything of it: 16 hexadecimal digits.
    package let id: String

    /// - Parameter bytes: all bytes of the key file, a line end too.
    /// - Throws: ``Problem``.
    package init(_ bytes: [UInt8]) throws(Problem) {
        guard bytes.count >= Self.minimumBytes else { throw .tooShort(bytes.count) }
        guard bytes.count <= Self.maximumBytes else { throw .tooLong }
        guard let code = HMACSHA256.code(of: Array("agentrun-admission decision log key".utf8), key: bytes) else {
            throw .refused
        }
        self.bytes = bytes
        id = Hexadecimal.text(code.prefix(Self.idDigits / 2))
    }

    /// Why bytes are no key.
    package enum Problem: Error, Equatable, CustomStringConvertible {
        case tooShort(Int)
        case tooLong
        case refused

        package var description: String {
            switch self {
            case .tooShort(let count): "it has \(count) bytes, and a key has at least \(ChainKey.minimumBytes)"
            case .tooLong: "it has more than \(ChainKey.maximumBytes) bytes"
            case .refused: "OpenSSL makes no HMAC-SHA-256 with it"
            }
        }
    }

    package var description: String { "key \(id)" }

    package var customMirror: Mirror { Mirror(self, children: ["id": id]) }

    /// The code of a line: HMAC-SHA-256 over the code of the line before it and the SHA-256 of the line's own bytes.
    ///
    /// By the digest in place of the bytes a reader can check a line whose predecessor it meets later, and keeps 32 bytes of it.
    package func code(of digest: LineCode, after previous: LineCode) -> LineCode {
        guard let code = HMACSHA256.code(of: previous.bytes + digest.bytes, key: bytes) else {
            // It was made with the same key before, so there is no memory left.
            preconditionFailure("OpenSSL makes no HMAC-SHA-256")
        }
        return LineCode(code)
    }
}
