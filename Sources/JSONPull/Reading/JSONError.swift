/// Why bytes are not the JSON that was expected, and where.
///
/// The reader itself only knows the byte offset; line and path are worked out from the bytes afterwards
/// (``located(in:)-(UnsafeRawBufferPointer)``), so that a good document never pays for the error message of a bad one.
package struct JSONError: Error, Equatable {
    /// What is wrong with the bytes.
    package enum Reason: Equatable, Sendable {
        /// The input ended inside a value.
        case unexpectedEnd
        /// A byte that no JSON value, separator or white space starts with.
        case unexpectedByte(UInt8)
        /// Bytes after the end of the one top-level value.
        case trailingBytes
        /// A byte below 0x20 inside a string (RFC 8259 section 7).
        case controlCharacterInString(UInt8)
        /// A backslash followed by something other than RFC 8259 section 7 allows.
        case invalidEscape
        /// Bytes that are not UTF-8 (RFC 3629), overlong forms and surrogates included.
        case invalidUTF8
        /// Digits in an order RFC 8259 section 6 does not allow.
        case invalidNumber
        /// A value of another type than the one the caller needs; the text names both.
        case typeMismatch(expected: String, found: String)
        /// Deeper than the reader's limit.
        case tooDeep(limit: Int)
        /// More members and elements than whoever reads may keep.
        case tooMany(limit: Int)

        /// Whether the bytes may well be JSON, but are more of it than is read.
        package var isLimit: Bool {
            switch self {
            case .tooDeep, .tooMany: true
            default: false
            }
        }
    }

    /// What is wrong.
    package var reason: Reason
    /// Offset in bytes, from 0, of the first byte that is wrong.
    package var offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    /// For one line; ``located(in:)`` where the text has several.
    package var description: String { "\(reason) (byte \(offset))" }
}

extension JSONError.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unexpectedEnd: "the JSON ends in the middle of a value"
        case .unexpectedByte(let byte): "unexpected \(Self.name(of: byte))"
        case .trailingBytes: "there is more after the end of the JSON value"
        case .controlCharacterInString(let byte): "unescaped control character \(Self.name(of: byte)) in a string"
        case .invalidEscape: "invalid escape in a string"
        case .invalidUTF8: "invalid UTF-8"
        case .invalidNumber: "invalid number"
        case .typeMismatch(let expected, let found): "expected \(expected), found \(found)"
        case .tooDeep(let limit): "nested deeper than \(limit) levels"
        case .tooMany(let limit): "more than \(limit) members and elements of maps and lists"
        }
    }

    /// A byte as a person reads it: the character when it prints, else its hexadecimal value.
    private static func name(of byte: UInt8) -> String {
        if byte > 0x20, byte < 0x7F { return "'\(Unicode.Scalar(byte))'" }
        let hexadecimal = String(byte, radix: 16, uppercase: true)
        return "byte 0x\(hexadecimal.utf8.count == 1 ? "0" : "")\(hexadecimal)"
    }
}

/// A ``JSONError`` with the line, column and path that a person needs to find it.
package struct LocatedJSONError: Error, Equatable, CustomStringConvertible {
    /// What is wrong, and its offset in bytes from 0.
    package var error: JSONError
    /// Line from 1.
    package var line: Int
    /// Column in bytes from 1.
    package var column: Int
    /// The member the error is in, `request.object.spec.parameters["a b"]`; empty at the top level.
    package var path: String

    package var description: String {
        let place = path.isEmpty ? "" : " in \(path)"
        return "\(error.reason) at line \(line), column \(column) (byte \(error.offset))\(place)"
    }
}

extension JSONError {
    /// The error with line, column and path found by reading `bytes` once more up to the error.
    package func located(in bytes: [UInt8]) -> LocatedJSONError {
        unsafe bytes.withUnsafeBytes { unsafe located(in: $0) }
    }

    /// The error with line, column and path found by reading `bytes` once more up to the error.
    package func located(in bytes: UnsafeRawBufferPointer) -> LocatedJSONError {
        var line = 1
        var lineStart = 0
        let end = min(offset, bytes.count)
        for index in 0..<end where unsafe bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        let path = unsafe JSONPath.leading(to: end, in: bytes)
        return LocatedJSONError(error: self, line: line, column: end - lineStart + 1, path: path)
    }
}
