package import JSONPull

/// The host of a ``WebAddress``: an address, however it was written, or a name.
package enum WebHost: Sendable, Equatable {
    case v4(UInt32)
    /// Its halves, the upper first.
    case v6(UInt64, UInt64)
    /// In lower case, of ASCII, dots at the end as written.
    case name(ExactString)

    /// Reads what stands between the slashes and the port.
    init(_ bytes: ArraySlice<UInt8>) throws(WebAddress.Fault) {
        if bytes.first == UInt8(ascii: "[") {
            guard bytes.last == UInt8(ascii: "]"), let address = IPv6Text.read(bytes.dropFirst().dropLast()) else {
                throw .badHost
            }
            self = .v6(address.upper, address.lower)
            return
        }
        let name = Self.percentDecoded(bytes).map {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0
        }
        if name.contains(where: { $0 >= 0x80 }) { throw .foreignHost }
        if name.contains(where: Self.isForbidden) || Self.hasIdleCode(name) { throw .badHost }
        if IPv4Text.isMeant(name[...]) {
            guard let address = IPv4Text.read(name[...]) else { throw .badHost }
            self = .v4(address)
        } else {
            self = .name(ExactString(String(decoding: name, as: UTF8.self)))
        }
    }

    /// Reads the host of a pattern; nil where it is none.
    package init?(_ text: ExactString) {
        do {
            try self.init(Array(text.string.utf8)[...])
        } catch {
            return nil
        }
    }

    private static func percentDecoded(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.endIndex, let high = hex(bytes[index + 1]),
                let low = hex(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded
    }

    fileprivate static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The standard's forbidden domain code points.
    private static func isForbidden(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x7F || "#%/:<>?@[\\]^|".utf8.contains(byte)
    }

    /// Whether a label is `xn--` with nothing to decode, which some readers take for what follows it.
    private static func hasIdleCode(_ name: [UInt8]) -> Bool {
        name.split(separator: UInt8(ascii: ".")).contains { label in
            label.starts(with: "xn--".utf8) && (label.count == 4 || label.last == UInt8(ascii: "-"))
        }
    }

    /// As it stands in an address: `10.0.0.1`, `[fd00::1]`, `example.com`; of a name without the dots at its end.
    package var text: ExactString {
        switch self {
        case .v4(let address): ExactString(IPv4Text.text(address))
        case .v6(let upper, let lower): ExactString("[\(IPv6Text.text(upper, lower))]")
        case .name(let name): Self.withoutRoot(name)
        }
    }

    /// Without the dots at its end, which only say that nothing follows.
    private static func withoutRoot(_ name: ExactString) -> ExactString {
        guard name.ends(with: ".") else { return name }
        var bytes = Substring(name.string).utf8
        while bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        return ExactString(Substring(bytes))
    }
}

/// IPv4 addresses as the URL standard reads them: one to four numbers, decimal, octal behind a 0, hexadecimal behind 0x.
enum IPv4Text {
    /// Whether the last label is a number, which makes it an address or nothing.
    static func isMeant(_ name: ArraySlice<UInt8>) -> Bool {
        guard let last = parts(name).last, !last.isEmpty else { return false }
        return last.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } || number(last) != nil
    }

    static func read(_ name: ArraySlice<UInt8>) -> UInt32? {
        let parts = parts(name)
        guard (1...4).contains(parts.count) else { return nil }
        var address: UInt64 = 0
        for (index, part) in parts.enumerated() {
            guard let number = number(part) else { return nil }
            let isLast = index == parts.count - 1
            // The last one fills up.
            let bits = isLast ? UInt64(8 * (5 - parts.count)) : 8
            guard number < 1 << bits else { return nil }
            address = address << bits | number
        }
        return UInt32(exactly: address)
    }

    static func text(_ address: UInt32) -> String {
        stride(from: UInt32(24), through: 0, by: -8).map { String(address >> $0 & 0xFF) }.joined(separator: ".")
    }

    /// A dot at the end is none of the address.
    private static func parts(_ name: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
        return parts
    }

    /// A number below 2 to the power of 33; nil for what is none, and a value that is too large for one that is larger.
    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard !text.isEmpty else { return nil }
        var digits = text
        var radix: UInt64 = 10
        if text.count > 1, text.first == UInt8(ascii: "0") {
            let isHex = text[text.startIndex + 1] | 0x20 == UInt8(ascii: "x")
            (radix, digits) = isHex ? (16, text.dropFirst(2)) : (8, text.dropFirst())
        }
        var value: UInt64 = 0
        for byte in digits {
            guard let digit = WebHost.hex(byte), UInt64(digit) < radix else { return nil }
            value = min(value * radix + UInt64(digit), 1 << 33)
        }
        return value
    }
}

/// IPv6 addresses as the URL standard reads and writes them.
enum IPv6Text {
    static func read(_ bytes: ArraySlice<UInt8>) -> (upper: UInt64, lower: UInt64)? {
        guard let (pieces, gap) = pieces(bytes) else { return nil }
        guard gap == nil ? pieces.count == 8 : pieces.count < 8 else { return nil }
        var all = pieces
        if let gap { all.insert(contentsOf: [UInt64](repeating: 0, count: 8 - pieces.count), at: gap) }
        let upper = all[..<4].reduce(0) { $0 << 16 | $1 }
        return (upper, all[4...].reduce(0) { $0 << 16 | $1 })
    }

    /// The 16-bit pieces, at most eight, and before which of them `::` stands.
    private static func pieces(_ bytes: ArraySlice<UInt8>) -> ([UInt64], gap: Int?)? {
        var pieces: [UInt64] = []
        var gap: Int?
        var rest = bytes
        if rest.starts(with: "::".utf8) {
            (gap, rest) = (0, rest.dropFirst(2))
        } else if rest.first == UInt8(ascii: ":") {
            return nil
        }
        while !rest.isEmpty {
            if pieces.count == 8 { return nil }
            if rest.first == UInt8(ascii: ":") {
                // The second of two colons.
                guard gap == nil else { return nil }
                (gap, rest) = (pieces.count, rest.dropFirst())
                continue
            }
            let digits = rest.prefix { WebHost.hex($0) != nil }.prefix(4)
            let behind = rest.dropFirst(digits.count)
            if behind.first == UInt8(ascii: ".") {
                guard pieces.count <= 6, let address = embedded(rest) else { return nil }
                return (pieces + [UInt64(address >> 16), UInt64(address & 0xFFFF)], gap)
            }
            guard !digits.isEmpty else { return nil }
            pieces.append(digits.reduce(0) { $0 << 4 | UInt64(WebHost.hex($1) ?? 0) })
            if behind.isEmpty { return (pieces, gap) }
            guard behind.first == UInt8(ascii: ":"), behind.count > 1 else { return nil }
            rest = behind.dropFirst()
        }
        return (pieces, gap)
    }

    /// Four decimal numbers, none with a zero before it.
    private static func embedded(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value: UInt32 = 0
            for byte in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + UInt32(byte - UInt8(ascii: "0"))
            }
            guard value < 256 else { return nil }
            address = address << 8 | value
        }
        return address
    }

    static func text(_ upper: UInt64, _ lower: UInt64) -> String {
        let pieces = [upper, lower].flatMap { half in
            stride(from: UInt64(48), through: 0, by: -16).map { half >> $0 & 0xFFFF }
        }
        let gap = longestZeros(pieces)
        var text = ""
        var index = 0
        while index < 8 {
            if let gap, gap.lowerBound == index {
                text += "::"
                index = gap.upperBound
                continue
            }
            if !text.isEmpty, !text.utf8.elementsEqual("::".utf8), text.utf8.last != UInt8(ascii: ":") { text += ":" }
            text += String(pieces[index], radix: 16)
            index += 1
        }
        return text
    }

    /// The first longest run of more than one zero.
    private static func longestZeros(_ pieces: [UInt64]) -> Range<Int>? {
        var longest: Range<Int>?
        var start = 0
        for index in pieces.indices {
            if pieces[index] != 0 {
                start = index + 1
            } else if index + 1 - start > max(1, longest?.count ?? 1) {
                longest = start..<(index + 1)
            }
        }
        return longest
    }
}
