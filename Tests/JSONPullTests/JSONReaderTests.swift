import JSONPull
import Testing

/// What is JSON by RFC 8259 and what is not, passed over and pulled out value by value.
@Suite struct `JSON grammar` {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "7", "-12", "10", "1.5", "0.0", "1e5", "1E5", "1e+5", "1e-5", "0e0",
        "-0.0e-0",
        "123456789012345678901234567890", #""""#, #""a""#, "[]", "{}", "[ ]", "{ }", "[1]", "[1,2]", "[[],[]]",
        "[{},{}]",
        #"{"a":1}"#, #"{"a":1,"b":[2]}"#, #"{"":""}"#, " \t\r\n[ \t1\r,\n2 ] \n", #"{ "a" : 1 , "b" : 2 }"#,
        #"{"a":1,"a":2}"#, #""\u0000""#, #""\"\\\/\b\f\n\r\t\u00e9""#, #""é€😀""#, "\"\u{7F}\u{2028}\u{FFFF}\"",
    ])
    func `is accepted`(text: String) {
        let bytes = Array(text.utf8)
        #expect(errorOfSkipping(bytes) == nil)
        #expect(errorOfPulling(bytes) == nil)
    }

    struct Mistake: CustomTestStringConvertible, Sendable {
        var text: String
        var reason: JSONError.Reason
        var offset: Int
        var path = ""
        var testDescription: String { text }

        init(_ text: String, _ reason: JSONError.Reason, at offset: Int, in path: String = "") {
            (self.text, self.reason, self.offset, self.path) = (text, reason, offset, path)
        }
    }

    @Test(arguments: [
        Mistake("", .unexpectedEnd, at: 0),
        Mistake("  ", .unexpectedEnd, at: 2),
        Mistake("nul", .unexpectedEnd, at: 3),
        Mistake("nulL", .unexpectedByte(0x4C), at: 3),
        Mistake("truex", .trailingBytes, at: 4),
        Mistake("True", .unexpectedByte(0x54), at: 0),
        Mistake("NaN", .unexpectedByte(0x4E), at: 0),
        Mistake("undefined", .unexpectedByte(0x75), at: 0),
        Mistake("'a'", .unexpectedByte(0x27), at: 0),
        Mistake("{} {}", .trailingBytes, at: 3),
        Mistake("1,", .trailingBytes, at: 1),
        Mistake("\u{FEFF}{}", .unexpectedByte(0xEF), at: 0),
        Mistake("\u{A0}1", .unexpectedByte(0xC2), at: 0),
        Mistake("/*c*/1", .unexpectedByte(0x2F), at: 0),
        Mistake("[", .unexpectedEnd, at: 1, in: "[0]"),
        Mistake("]", .unexpectedByte(0x5D), at: 0),
        Mistake("[1", .unexpectedEnd, at: 2, in: "[0]"),
        Mistake("[1,", .unexpectedEnd, at: 3, in: "[1]"),
        Mistake("[1,]", .unexpectedByte(0x5D), at: 3, in: "[1]"),
        Mistake("[,1]", .unexpectedByte(0x2C), at: 1, in: "[0]"),
        Mistake("[1 2]", .unexpectedByte(0x32), at: 3, in: "[0]"),
        Mistake("[1}", .unexpectedByte(0x7D), at: 2, in: "[0]"),
        Mistake("{", .unexpectedEnd, at: 1),
        Mistake("{1:2}", .unexpectedByte(0x31), at: 1),
        Mistake("{a:2}", .unexpectedByte(0x61), at: 1),
        Mistake(#"{"a""#, .unexpectedEnd, at: 4),
        Mistake(#"{"a" 1}"#, .unexpectedByte(0x31), at: 5),
        Mistake(#"{"a":}"#, .unexpectedByte(0x7D), at: 5, in: "a"),
        Mistake(#"{"a":1]"#, .unexpectedByte(0x5D), at: 6, in: "a"),
        Mistake(#"{"a":1 "b":2}"#, .unexpectedByte(0x22), at: 7, in: "a"),
        Mistake(#"{"a":{"b c":[0,{"d":nil}]}}"#, .unexpectedByte(0x69), at: 21, in: #"a["b c"][1].d"#),
    ])
    func `is refused with its place`(mistake: Mistake) throws {
        let bytes = Array(mistake.text.utf8)
        let expected = JSONError(mistake.reason, at: mistake.offset)
        #expect(errorOfSkipping(bytes) == expected)
        #expect(errorOfPulling(bytes) == expected)
        #expect(expected.located(in: bytes).path == mistake.path)
    }

    @Test(arguments: [
        Mistake("-", .unexpectedEnd, at: 1),
        Mistake("[-]", .invalidNumber, at: 2),
        Mistake("--1", .invalidNumber, at: 1),
        Mistake("+1", .unexpectedByte(0x2B), at: 0),
        Mistake(".5", .unexpectedByte(0x2E), at: 0),
        Mistake("1.", .unexpectedEnd, at: 2),
        Mistake("[1.]", .invalidNumber, at: 3),
        Mistake("1.e5", .invalidNumber, at: 2),
        Mistake("1e", .unexpectedEnd, at: 2),
        Mistake("1e+", .unexpectedEnd, at: 3),
        Mistake("[1e]", .invalidNumber, at: 3),
        Mistake("1e5.5", .trailingBytes, at: 3),
        Mistake("1.5.5", .trailingBytes, at: 3),
        Mistake("0x10", .trailingBytes, at: 1),
        Mistake("1_000", .trailingBytes, at: 1),
        Mistake("-Infinity", .invalidNumber, at: 1),
        Mistake("１", .unexpectedByte(0xEF), at: 0),
    ])
    func `knows no other numbers`(mistake: Mistake) {
        let bytes = Array(mistake.text.utf8)
        #expect(errorOfSkipping(bytes) == JSONError(mistake.reason, at: mistake.offset))
        #expect(errorOfPulling(bytes) == JSONError(mistake.reason, at: mistake.offset))
    }

    @Test(arguments: ["01", "-01", "00", "[01]", "[-00.5]"])
    func `takes a leading zero for an invalid number also at the end`(text: String) {
        #expect(errorOfSkipping(Array(text.utf8))?.reason == .invalidNumber)
    }

    @Test func `a number is returned as it is written`() throws {
        for text in ["-0.0", "1E+05", "123456789012345678901234567890", "5e-324"] {
            let read = try JSONReader.read(Array(text.utf8)) { reader throws(JSONError) in try reader.readNumber() }
            #expect(read == text)
        }
    }

    @Test func `an error names line, column, byte and path`() {
        let text = "{\n  \"request\": {\n    \"a b\": [\n      tru\n    ]\n  }\n}"
        let error = errorOfSkipping(Array(text.utf8))
        #expect(
            error?.located(in: Array(text.utf8)).description
                == #"unexpected byte 0x0A at line 4, column 10 (byte 39) in request["a b"][0]"#
        )
    }

    @Test(arguments: [
        (JSONError.Reason.unexpectedEnd, "the JSON ends in the middle of a value"),
        (.unexpectedByte(0x7D), "unexpected '}'"),
        (.unexpectedByte(0x01), "unexpected byte 0x01"),
        (.unexpectedByte(0xFF), "unexpected byte 0xFF"),
        (.trailingBytes, "there is more after the end of the JSON value"),
        (.controlCharacterInString(0x0A), "unescaped control character byte 0x0A in a string"),
        (.invalidEscape, "invalid escape in a string"),
        (.invalidUTF8, "invalid UTF-8"),
        (.invalidNumber, "invalid number"),
        (.typeMismatch(expected: "an object", found: "null"), "expected an object, found null"),
        (.tooDeep(limit: 7), "nested deeper than 7 levels"),
        (.tooMany(limit: 7), "more than 7 members and elements of maps and lists"),
    ])
    func `every reason has a text`(reason: JSONError.Reason, text: String) {
        #expect(reason.description == text)
    }
}

/// Reading a value as one type when it is of another passes over it whole.
@Suite struct `JSON values of another type` {
    private static let others = ["null", "true", "1", #""s""#, "[1,[2]]", #"{"a":{"b":1}}"#]

    @Test func `are passed over and nil`() throws {
        for other in Self.others {
            let bytes = Array("[\(other),\"next\"]".utf8)
            try JSONReader.read(bytes) { reader throws(JSONError) in
                var isFirst = true
                #expect(try reader.enterArray())
                #expect(try reader.nextElement(&isFirst))
                if other != "true" { #expect(try reader.readBoolean() == nil) } else { try reader.skipValue() }
                #expect(try reader.nextElement(&isFirst))
                #expect(try reader.readNumber() == nil)
                #expect(try !reader.nextElement(&isFirst))
            }
        }
    }

    @Test func `a container of the other kind is not entered`() throws {
        let entered = try JSONReader.read(Array(#"{"a":[1]}"#.utf8)) { reader throws(JSONError) in
            try reader.enterArray()
        }
        #expect(!entered)
        let object = try JSONReader.read(Array("[{}]".utf8)) { reader throws(JSONError) in try reader.enterObject() }
        #expect(!object)
    }

    @Test func `the range of a passed value is exactly its bytes`() throws {
        let text = #"{"a": [1, {"b":2}] , "c":"é"}"#
        var found: [String] = []
        try JSONReader.read(Array(text.utf8)) { reader throws(JSONError) in
            var isFirst = true
            _ = try reader.enterObject()
            while try reader.nextKey(&isFirst) != nil {
                let range = try reader.skipValue()
                found.append(String(decoding: Array(text.utf8)[range], as: UTF8.self))
            }
        }
        #expect(found == [#"[1, {"b":2}]"#, #""é""#])
    }
}
