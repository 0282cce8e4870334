internal import JSONPull

#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// What kubectl makes of the bytes of a file before it reads any of it (k8s.io/cli-runtime resource.FileVisitor, and the
/// YAMLReader of k8s.io/apimachinery, which cuts a text into documents by its lines).
enum KubectlText {
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The text as UTF-8: with the mark of UTF-16 it is that.
    static func decoded(_ text: [UInt8]) -> [UInt8] {
        guard text.count >= 2, text[0] ^ text[1] == 0x01, text[0] >= 0xFE else { return text }
        let (high, low) = text[0] == 0xFE ? (0, 1) : (1, 0)
        let units = stride(from: 2, to: text.count - 1, by: 2).map { index -> UInt16 in
            UInt16(text[index + high]) << 8 | UInt16(text[index + low])
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    /// Without the byte order marks that documents start with, as files do that were put one behind the other.
    static func withoutInnerMarks(_ text: [UInt8]) -> [UInt8] {
        let places = unsafe text.withUnsafeBytes { bytes in
            unsafe occurrences(of: byteOrderMark, in: bytes).filter {
                unsafe $0 > 0 && startsDocument(at: $0, in: bytes)
            }
        }
        guard !places.isEmpty else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var copied = 0
        for place in places {
            result += text[copied..<place]
            copied = place + byteOrderMark.count
        }
        return result + text[copied...]
    }

    /// Whether the line before the one that starts at `place` parts documents.
    private static func startsDocument(at place: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard unsafe bytes[place - 1] == UInt8(ascii: "\n") else { return false }
        var start = place - 1
        while start > 0, unsafe bytes[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        return unsafe place - start > 3 && bytes[start..<start + 3].elementsEqual("---".utf8)
    }

    /// Where kubectl sees other documents than YAML has, or none.
    static func refusals(in bytes: UnsafeRawBufferPointer) -> [(position: SourcePosition, message: String)] {
        var found: [(position: SourcePosition, message: String)] = []
        var place = TextPlace()
        for offset in unsafe occurrences(of: Array("---".utf8), in: bytes) {
            guard let message = unsafe refusal(ofSeparatorAt: offset, in: bytes) else { continue }
            unsafe place.advance(to: offset, in: bytes)
            found.append((place.position, message))
            // One is like the next.
            if found.count == 8 { break }
        }
        for offset in unsafe occurrences(of: Array("\n...".utf8), in: bytes) {
            guard unsafe isEndWithoutStart(bytes, behind: offset + 4) else { continue }
            var place = TextPlace()
            unsafe place.advance(to: offset + 1, in: bytes)
            found.append((place.position, "kubectl reads nothing between ... and the next --- (write --- below it)"))
            break
        }
        return found
    }

    /// What is wrong with three hyphens at `offset`; nil when they part documents for all readers, or for none.
    private static func refusal(ofSeparatorAt offset: Int, in bytes: UnsafeRawBufferPointer) -> String? {
        if unsafe startsLine(offset, in: bytes) {
            var end = offset + 3
            while end < bytes.count, unsafe isBlank(bytes[end]) { end += 1 }
            guard end < bytes.count, unsafe bytes[end] != UInt8(ascii: "\n"), unsafe bytes[end] != UInt8(ascii: "#")
            else {
                return nil
            }
            // A lone carriage return ends the line for YAML, and not for kubectl.
            return "kubectl takes nothing behind --- in its line but a comment (put it on a line of its own)"
        }
        // YAML wants a blank or the line's end behind it.
        let next = unsafe offset + 3 < bytes.count ? bytes[offset + 3] : UInt8(ascii: "\n")
        guard isBlank(next) || next == UInt8(ascii: "\n") else { return nil }
        let before = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<offset])
        if unsafe endsLine(before) {
            return "kubectl ends lines with line feeds alone, and does not see this --- (save the file with line feeds)"
        }
        let isHidden =
            unsafe offset > 3 && before.suffix(3).elementsEqual(byteOrderMark) && startsLine(offset - 3, in: bytes)
        return isHidden ? "a byte order mark hides this --- from kubectl (remove it)" : nil
    }

    /// Whether a line starts at `offset`, the first one behind a byte order mark, too.
    private static func startsLine(_ offset: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        if offset == 0 { return true }
        if offset == 3, unsafe bytes[..<3].elementsEqual(byteOrderMark) { return true }
        return unsafe bytes[offset - 1] == UInt8(ascii: "\n")
    }

    /// Whether the bytes end in what ends a line for YAML 1.1 alone: CR, U+0085, U+2028, U+2029.
    private static func endsLine(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe bytes.last == UInt8(ascii: "\r") || bytes.suffix(2).elementsEqual([0xC2, 0x85])
            || bytes.suffix(3).elementsEqual([0xE2, 0x80, 0xA8]) || bytes.suffix(3).elementsEqual([0xE2, 0x80, 0xA9])
    }

    /// Whether the end of a document, three full stops before `offset`, is followed by another one that nothing starts.
    private static func isEndWithoutStart(_ bytes: UnsafeRawBufferPointer, behind offset: Int) -> Bool {
        var index = offset
        var isBehindLine = false
        while index < bytes.count {
            let byte = unsafe bytes[index]
            if byte == UInt8(ascii: "#") {
                while index < bytes.count, unsafe bytes[index] != UInt8(ascii: "\n") { index += 1 }
                continue
            }
            if byte == UInt8(ascii: "\n") {
                isBehindLine = true
            } else if !isBlank(byte) {
                return unsafe isBehindLine && !bytes[index...].starts(with: "---".utf8)
            }
            index += 1
        }
        return false
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }

    /// Whether `apiVersion` occurs, or `kind` as a key.
    static func mentionsObject(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if unsafe !occurrences(of: Array("apiVersion".utf8), in: bytes, atMost: 1).isEmpty { return true }
        return unsafe occurrences(of: Array("kind".utf8), in: bytes).contains { offset in
            let rest = unsafe bytes[(offset + 4)...].drop {
                isBlank($0) || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'")
            }
            return unsafe rest.first == UInt8(ascii: ":")
        }
    }

    /// The offsets at which `text` starts in `bytes`, overlapping ones but the first left out.
    private static func occurrences(
        of text: [UInt8],
        in bytes: UnsafeRawBufferPointer,
        atMost count: Int = .max
    ) -> [Int] {
        guard let base = bytes.baseAddress, let first = text.first else { return [] }
        var (found, offset) = ([] as [Int], 0)
        while found.count < count, offset + text.count <= bytes.count,
            let place = unsafe memchr(base + offset, Int32(first), bytes.count - offset - text.count + 1)
        {
            let start = unsafe UnsafeRawPointer(place) - base
            let isHere = unsafe bytes[start..<start + text.count].elementsEqual(text)
            if isHere { found.append(start) }
            offset = start + (isHere ? text.count : 1)
        }
        return found
    }
}
