/// Floats as Go writes them, so that a value or key is spelled here as in the JSON kubectl sends.
struct YAMLFloatText {
    private let isNegative: Bool
    /// Significant digits, without zeros at either end; empty for zero.
    private var digits: [UInt8] = []
    /// The power of ten: the value is 0.DIGITS × 10^point.
    private var point = 0

    /// Takes apart the shortest decimal text of a finite float (`-12.5`, `1e-07`, `5.0`).
    private init(_ shortest: String) {
        isNegative = shortest.utf8.first == UInt8(ascii: "-")
        let bytes = Array(shortest.utf8)
        let mantissa = bytes.prefix { $0 != UInt8(ascii: "e") }
        var sawPoint = false
        for byte in mantissa {
            switch byte {
            case UInt8(ascii: "."): sawPoint = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte) } else if sawPoint { point -= 1 }
                if !sawPoint, !digits.isEmpty { point += 1 }
            default: break
            }
        }
        while digits.last == UInt8(ascii: "0") { digits.removeLast() }
        point += Int(String(decoding: bytes.dropFirst(mantissa.count + 1), as: UTF8.self)) ?? 0
        if digits.isEmpty { point = 1 }
    }

    /// A value as Go's encoding/json writes it: plain from 1e-6 up to 1e21.
    static func value(_ value: Double) -> [UInt8] {
        let text = YAMLFloatText(value.description)
        let isPlain = value == 0 || (value.magnitude >= 1e-6 && value.magnitude < 1e21)
        return isPlain ? text.plain() : text.exponential(minimumExponentDigits: 1)
    }

    /// A key as sigs.k8s.io/yaml writes it: `strconv.FormatFloat(value, 'g', -1, 32)`, with YAML's infinities.
    static func key(_ value: Double) -> [UInt8] {
        let narrow = Float(value)
        if narrow.isNaN { return Array(".nan".utf8) }
        if narrow.isInfinite { return Array((narrow < 0 ? "-.inf" : ".inf").utf8) }
        let text = YAMLFloatText(narrow.description)
        // Go's 'g' with the shortest digits is plain from 1e-4 up to 1e6.
        let isPlain = text.point > -4 && text.point <= 6
        return isPlain ? text.plain() : text.exponential(minimumExponentDigits: 2)
    }

    private func plain() -> [UInt8] {
        var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        if point <= 0 {
            text += Array("0.".utf8) + Array(repeating: UInt8(ascii: "0"), count: -point) + digits
        } else {
            text += digits.prefix(point)
            text += Array(repeating: UInt8(ascii: "0"), count: max(0, point - digits.count))
            if digits.count > point { text += [UInt8(ascii: ".")] + digits.dropFirst(point) }
        }
        return text
    }

    private func exponential(minimumExponentDigits: Int) -> [UInt8] {
        var text: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        text += digits.prefix(1)
        if digits.count > 1 { text += [UInt8(ascii: ".")] + digits.dropFirst() }
        let exponent = point - 1
        let magnitude = String(exponent.magnitude)
        text += Array(exponent < 0 ? "e-".utf8 : "e+".utf8)
        text += Array(repeating: UInt8(ascii: "0"), count: max(0, minimumExponentDigits - magnitude.utf8.count))
        return text + Array(magnitude.utf8)
    }
}
