import JSONPull
import Testing

@Suite struct `JSON equality` {
    private func areEqual(_ left: [UInt8], _ right: [UInt8]) throws -> Bool {
        try unsafe left.withUnsafeBytes { one in
            try unsafe right.withUnsafeBytes { other in try unsafe JSONEquality.areEqual(one, other) }
        }
    }

    private func expect(_ left: String, _ right: String, _ equal: Bool) throws {
        #expect(try areEqual(Array(left.utf8), Array(right.utf8)) == equal, "\(left) and \(right)")
        #expect(try areEqual(Array(right.utf8), Array(left.utf8)) == equal, "\(right) and \(left)")
    }

    @Test(arguments: [
        ("null", "null"), ("true", " true "), (#""a""#, #""\u0061""#), ("[]", "[ ]"), ("{}", "{ }"),
        (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#),
        (#"{"a":null}"#, "{}"),
        (#"{"a":{"b":null,"c":[]}}"#, #"{"a":{"c":[]}}"#),
        (#"{"a":1,"a":2}"#, #"{"a":2}"#),
        (#"{"a":1,"a":null}"#, "{}"),
        (#"{"a":null,"a":1}"#, #"{"a":1}"#),
        (#"{"\ud800":1}"#, #"{"\udfff":1}"#),
        (#"[{"a":[1,{"b":"c"}]},null]"#, "[ {\"a\" : [1.0, {\"b\":\"c\",\"d\":null}]}, null ]"),
    ])
    func `holds`(left: String, right: String) throws {
        try expect(left, right, true)
    }

    @Test(arguments: [
        ("null", "false"), ("true", "false"), ("0", "null"), ("1", #""1""#), ("[]", "{}"), ("[]", "null"),
        ("[1,2]", "[2,1]"), ("[1]", "[1,1]"), ("[null]", "[]"), ("[null]", "[0]"),
        (#"{"a":1}"#, #"{"b":1}"#), (#"{"a":1}"#, #"{"A":1}"#), (#"{"a":1}"#, "{}"), (#"{"a":""}"#, "{}"),
        (#"{"a":false}"#, "{}"), (#"{"a":{}}"#, "{}"), (#"{"a":{"b":1}}"#, #"{"a":{"b":2}}"#),
        ("\"\u{E9}\"", "\"e\u{301}\""), ("{\"\u{E9}\":1}", "{\"e\u{301}\":1}"),
        (#""a""#, #""a ""#), (#"{"a":1,"b":2}"#, #"{"a":2,"b":1}"#), ("[[1],2]", "[[1,2]]"),
    ])
    func `does not hold`(left: String, right: String) throws {
        try expect(left, right, false)
    }

    @Test(arguments: [
        ("1", "1.0"), ("1", "1e0"), ("1", "10e-1"), ("100", "1E+2"), ("0.001", "1e-3"), ("0", "-0"), ("0", "0e99"),
        ("0", "0.000"), ("-0.0", "0E-5"), ("12.50", "1.25e1"), ("9223372036854775808", "9223372036854775808.0"),
        ("123456789012345678901234567890", "1.2345678901234567890123456789e29"), ("1e400", "10e399"),
        ("1e99999999999", "1e+99999999999"),
    ])
    func `numbers are equal by value`(left: String, right: String) throws {
        try expect(left, right, true)
    }

    @Test(arguments: [
        ("1", "2"), ("1", "-1"), ("1", "10"), ("1", "0.1"), ("9007199254740993", "9007199254740992"),
        ("123456789012345678901234567890", "123456789012345678901234567891"), ("1e400", "1e401"), ("1e400", "1e-400"),
        ("0.1", "0.10000000000000000001"), ("5e-324", "0"), ("1e99999999999", "1e99999999998"), ("1e99999999999", "1"),
        ("0", "1e-99999999999"),
    ])
    func `numbers are never rounded`(left: String, right: String) throws {
        try expect(left, right, false)
    }

    @Test func `is found at any depth without using the stack`() throws {
        let depth = 40_000
        let open = String(repeating: #"[{"a":"#, count: depth / 2)
        let close = String(repeating: "}]", count: depth / 2)
        try expect(open + "1" + close, open + " 1.0" + close, true)
        try expect(open + "1" + close, open + "2" + close, false)
    }

    @Test(arguments: ["", "{", "[1,", "nul", "{} {}"])
    func `of what is no JSON is an error`(text: String) {
        #expect(throws: JSONError.self) { try areEqual(Array(text.utf8), Array("{}".utf8)) }
    }
}
