import JSONPull
import TestPatience
import Testing

/// The same answer as comparing two trees.
@Suite(.apart) struct `JSON equality on random documents` {
    private indirect enum Tree: Equatable {
        case null
        case boolean(Bool)
        case string(ExactString)
        case number(Decimal)
        case array([Tree])
        case object([ExactString: Tree])

        init(_ reader: inout JSONReader) throws(JSONError) {
            switch try reader.peek() {
            case .object:
                var members: [ExactString: Tree] = [:]
                try reader.readMembers { reader, key throws(JSONError) in
                    members[ExactString(key.string)] = try Tree(&reader)
                }
                self = .object(members.filter { $0.value != .null })
            case .array:
                var elements: [Tree] = []
                try reader.readElements { reader, _ throws(JSONError) in elements.append(try Tree(&reader)) }
                self = .array(elements)
            case .string: self = .string(ExactString(try reader.readString() ?? ""))
            case .number: self = .number(Decimal(try reader.readNumber() ?? "0"))
            case .boolean: self = .boolean(try reader.readBoolean() ?? false)
            case .null:
                try reader.skipValue()
                self = .null
            }
        }
    }

    /// Sign, digits without zeros at the ends, power of ten of the last.
    private struct Decimal: Equatable {
        var isNegative = false
        var digits = ""
        var power = 0

        init(_ text: String) {
            let parts = text.lowercased().split(separator: "e")
            let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
            var digits = mantissa.joined()
            isNegative = digits.hasPrefix("-")
            if isNegative { digits.removeFirst() }
            power = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - (mantissa.count > 1 ? mantissa[1].count : 0)
            while digits.hasSuffix("0") {
                digits.removeLast()
                power += 1
            }
            self.digits = String(digits.drop { $0 == "0" })
            if self.digits.isEmpty { (isNegative, power) = (false, 0) }
        }
    }

    /// A value, written in one way and in another that may say the same.
    private struct Writer {
        var random: any RandomNumberGenerator = SystemRandomNumberGenerator()

        mutating func pick<Element>(_ elements: [Element]) -> Element {
            elements[Int.random(in: 0..<elements.count, using: &random)]
        }

        mutating func scalar() -> (String, String) {
            let same = pick([
                [#""a""#, #""\u0061""#], [#""é\n""#, #""\u00e9\u000a""#], [#""😀""#, #""\ud83d\uDE00""#],
                [#""\ud800""#, #""\udfff""#],
                ["1", "1.0", "10e-1", "0.1E1", "1e0", "1e00"], ["0", "-0", "0.00", "0e7"],
                ["-120", "-1.2e2", "-120.000", "-0.0012e+5"],
                ["12345678901234567890.5", "123456789012345678905e-1"], ["true"], ["false"], ["null"], ["[]", "[ ]"],
                ["{}", #"{"n":null}"#], [#""""#], [#""\\""#, #""\u005C""#], ["1e-999999999999", "10e-1000000000000"],
            ])
            return (pick(same), pick(same))
        }

        mutating func value(depth: Int) -> (String, String) {
            switch depth == 0 ? 0 : Int.random(in: 0...3, using: &random) {
            case 0: return scalar()
            case 1:
                let elements = (0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth - 1) }
                return (list(elements.map(\.0), "[", "]"), list(elements.map(\.1), "[", "]"))
            default: return object(depth: depth)
            }
        }

        private mutating func object(depth: Int) -> (String, String) {
            let keys = [
                (#""a""#, #""\u0061""#), (#""b""#, #""b""#), (#""ab""#, #""a\u0062""#), (#""é""#, #""\u00e9""#),
            ]
            var members: [(String, String)] = []
            for key in keys.shuffled(using: &random).prefix(Int.random(in: 0...4, using: &random)) {
                let value = value(depth: depth - 1)
                members.append(("\(key.0):\(value.0)", "\(pick([key.0, key.1])):\(value.1)"))
            }
            var right = members.map(\.1).shuffled(using: &random)
            if Bool.random(using: &random), let member = right.randomElement(using: &random) {
                right.append(member)
            }
            if Bool.random(using: &random) { right.insert(#""b":"early""#, at: 0) }
            if Int.random(in: 0...3, using: &random) == 0 { right.append(#""z":null"#) }
            return (list(members.map(\.0), "{", "}"), list(right, "{", "}"))
        }

        private mutating func list(_ items: [String], _ open: String, _ close: String) -> String {
            open + items.map { pick(["", " "]) + $0 + pick(["", "\n"]) }.joined(separator: ",") + close
        }
    }

    private func areEqual(_ left: [UInt8], _ right: [UInt8]) throws -> Bool {
        try unsafe left.withUnsafeBytes { one in
            try unsafe right.withUnsafeBytes { other in try unsafe JSONEquality.areEqual(one, other) }
        }
    }

    @Test func `agrees with comparing trees`() throws {
        var writer = Writer()
        var (equal, unequal) = (0, 0)
        for _ in 0..<20_000 {
            let depth = Int.random(in: 0...4)
            var (left, right) = writer.value(depth: depth)
            if Int.random(in: 0...3) == 0 { right = writer.value(depth: depth).0 }
            let bytes = (Array(left.utf8), Array(right.utf8))
            let trees = (
                try JSONReader.read(bytes.0) { reader throws(JSONError) in try Tree(&reader) },
                try JSONReader.read(bytes.1) { reader throws(JSONError) in try Tree(&reader) }
            )
            let expected = trees.0 == trees.1
            if expected { equal += 1 } else { unequal += 1 }
            #expect(try areEqual(bytes.0, bytes.1) == expected, "\(left) and \(right)")
            #expect(try areEqual(bytes.1, bytes.0) == expected, "\(right) and \(left)")
            left += " "
            #expect(try areEqual(bytes.0, Array(left.utf8)), "\(left) and itself")
        }
        #expect(min(equal, unequal) > 1000)
    }

    /// What compares every object's members with each other, or reads what is inside again at every level, never ends.
    @Test(.limit(minutes: 3), arguments: ["keys", "repeated keys", "nesting", "digits", "elements"])
    func `costs little for what is hostile`(kind: String) throws {
        let (left, right): (String, String)
        switch kind {
        case "keys":
            let members = (0..<60_000).map { "\"k\($0)\":\($0)" }
            (left, right) = ("{\(members.joined(separator: ","))}", "{\(members.reversed().joined(separator: ","))}")
        case "repeated keys":
            let members = (0..<100_000).map { "\"k\":\($0)" }.joined(separator: ",")
            (left, right) = ("{\(members)}", "{\"k\":99999}")
        case "nesting":
            let depth = 40_000
            left = String(repeating: #"{"a":1,"b":"#, count: depth) + "1" + String(repeating: "}", count: depth)
            right = String(repeating: #"{"b":"#, count: depth) + "1" + String(repeating: #","a":1}"#, count: depth)
        case "digits":
            let digits = String(repeating: "7", count: 500_000)
            (left, right) = ("\(digits)e2", "\(digits)00.0")
        default:
            let elements = String(repeating: "1,[1.0],", count: 60_000)
            (left, right) = ("[\(elements)1]", "[\(elements.replacing("1.0", with: "1"))1]")
        }
        #expect(try areEqual(Array(left.utf8), Array(right.utf8)))
        #expect(try !areEqual(Array("[\(left),1]".utf8), Array("[\(right),2]".utf8)))
    }
}
