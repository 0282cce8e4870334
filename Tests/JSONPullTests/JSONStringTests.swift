import JSONPull
import Testing

@Suite struct `JSON strings` {
    @Test(arguments: [
        (#""""#, ""),
        (#""plain text longer than eight bytes""#, "plain text longer than eight bytes"),
        (#""\"\\\/""#, "\"\\/"),
        (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
        (#""\u0000a""#, "\0a"),
        (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\uD83D\uDE00""#, "😀"),
        (#""x\ud83d\ude00y""#, "x😀y"),
        (#""é€😀""#, "é€😀"),
        (#""\u2028\uFFFF""#, "\u{2028}\u{FFFF}"),
    ])
    func `are unescaped`(document: String, value: String) throws {
        let read = try #require(try string(Array(document.utf8)))
        #expect(Array(read.utf8) == Array(value.utf8))
    }

    @Test(arguments: [
        (#""\uD83D""#, "\u{FFFD}"),
        (#""\uDE00""#, "\u{FFFD}"),
        (#""\uD83Dx""#, "\u{FFFD}x"),
        (#""\uD83D\n""#, "\u{FFFD}\n"),
        (#""\uD83D\u0041""#, "\u{FFFD}A"),
        (#""\uD83D\uD83D\uDE00""#, "\u{FFFD}😀"),
        (#""\uDE00\uD83D""#, "\u{FFFD}\u{FFFD}"),
        (#""\uDBFF\uDFFF\uD800""#, "\u{10FFFF}\u{FFFD}"),
    ])
    func `have U+FFFD for a surrogate without its partner`(document: String, value: String) throws {
        let read = try #require(try string(Array(document.utf8)))
        #expect(Array(read.utf8) == Array(value.utf8))
    }

    @Test(arguments: [
        (#""\x""#, JSONError.Reason.invalidEscape, 1),
        (#""ab\'c""#, .invalidEscape, 3),
        (#""\u12G4""#, .invalidEscape, 1),
        (#""\u12"#, .unexpectedEnd, 5),
        (#""\u12""#, .invalidEscape, 1),
        (#""\U0041""#, .invalidEscape, 1),
        (#""\"#, .unexpectedEnd, 2),
        ("\"a\u{0}\"", .controlCharacterInString(0), 2),
        ("\"\n\"", .controlCharacterInString(0x0A), 1),
        ("\"12345678\t\"", .controlCharacterInString(9), 9),
        ("\"\u{1F}\"", .controlCharacterInString(0x1F), 1),
        (#""open"#, .unexpectedEnd, 5),
    ])
    func `are refused when the escape or character is none`(document: String, reason: JSONError.Reason, offset: Int) {
        #expect(errorOfSkipping(Array(document.utf8)) == JSONError(reason, at: offset))
        #expect(errorOfPulling(Array(document.utf8)) == JSONError(reason, at: offset))
    }

    /// RFC 3629: what looks like UTF-8 and is not, each at every distance from an eight byte border.
    @Test(
        arguments: [
            ("a continuation alone", [0x80]), ("a continuation alone", [0xBF]),
            ("overlong slash", [0xC0, 0xAF]), ("overlong", [0xC1, 0xBF]),
            ("overlong, three bytes", [0xE0, 0x80, 0xAF]), ("overlong, three bytes", [0xE0, 0x9F, 0xBF]),
            ("overlong, four bytes", [0xF0, 0x80, 0x80, 0xAF]), ("overlong, four bytes", [0xF0, 0x8F, 0xBF, 0xBF]),
            ("high surrogate", [0xED, 0xA0, 0x80]), ("low surrogate", [0xED, 0xBF, 0xBF]),
            ("above U+10FFFF", [0xF4, 0x90, 0x80, 0x80]), ("above U+10FFFF", [0xF5, 0x80, 0x80, 0x80]),
            ("never a byte of UTF-8", [0xFE]), ("never a byte of UTF-8", [0xFF]),
            ("cut, two bytes", [0xC3]), ("cut, three bytes", [0xE2, 0x82]), ("cut, four bytes", [0xF0, 0x9F, 0x98]),
            ("cut by a letter", [0xE2, 0x41, 0x80]), ("bad last byte", [0xF0, 0x9F, 0x98, 0x41]),
        ] as [(String, [UInt8])]
    )
    func `are refused when they are no UTF-8`(label: String, bytes: [UInt8]) {
        for padding in 0..<9 {
            let start = [0x22] + Array(repeating: UInt8(ascii: "a"), count: padding)
            let document = start + bytes + [0x22] + Array(repeating: UInt8(ascii: " "), count: 8)
            #expect(errorOfSkipping(document) == JSONError(.invalidUTF8, at: start.count), "\(label), after \(padding)")
            // As a key as well.
            let object = [0x7B] + document.dropLast(8) + Array(":1}".utf8)
            #expect(errorOfPulling(object)?.reason == .invalidUTF8, "\(label) in a key, after \(padding)")
        }
    }

    @Test(
        arguments: [0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x3FFFF, 0x40000, 0x10FFFF] as [UInt32]
    )
    func `may hold the scalars at the borders`(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        for padding in 0..<9 {
            let text = String(repeating: "a", count: padding) + String(scalar)
            #expect(try string(Array("\"\(text)\"".utf8)) == text)
        }
    }

    @Test func `every byte of a string is looked at, wherever it stands`() {
        for length in 0..<24 {
            for place in 0..<max(length, 1) where length > 0 {
                var bytes = Array(repeating: UInt8(ascii: "x"), count: length)
                bytes[place] = 0x1F
                let document = [0x22] + bytes + [0x22]
                #expect(errorOfSkipping(document) == JSONError(.controlCharacterInString(0x1F), at: place + 1))
                bytes[place] = UInt8(ascii: "\"")
                let early = [0x22] + bytes + [0x22]
                #expect(errorOfSkipping(early) == JSONError(.trailingBytes, at: place + 2))
            }
        }
    }
}

@Suite struct `JSON keys` {
    /// The members of an object as a consumer sees them: of a repeated key the last.
    private func members(_ document: String) throws -> [ExactString: String] {
        try JSONReader.read(Array(document.utf8)) { reader throws(JSONError) in
            var members: [ExactString: String] = [:]
            var isFirst = true
            _ = try reader.enterObject()
            while let key = try reader.nextKey(&isFirst) {
                members[ExactString(key.string)] = try reader.readString() ?? "-"
            }
            return members
        }
    }

    @Test func `of a repeated one the last wins`() throws {
        #expect(try members(#"{"a":"1","b":"2","\u0061":"3"}"#) == ["a": "3", "b": "2"])
    }

    @Test func `canonically equivalent ones are two`() throws {
        let found = try members(
            "{\"\u{E9}\":\"composed\",\"e\u{301}\":\"decomposed\",\"K\":\"k\",\"\u{212A}\":\"kelvin\"}"
        )
        #expect(found.count == 4)
        #expect(found["\u{E9}"] == "composed")
        #expect(found["e\u{301}"] == "decomposed")
        #expect(found["\u{212A}"] == "kelvin")
    }

    @Test func `may be empty, or hold NUL`() throws {
        #expect(try members(#"{"":"empty","\u0000":"nul","a\u0000":"a"}"#) == ["": "empty", "\0": "nul", "a\0": "a"])
    }

    @Test(arguments: [
        (#"{"name":1}"#, true), (#"{"n\u0061me":1}"#, true), (#"{"\u006e\u0061\u006d\u0065":1}"#, true),
        (#"{"Name":1}"#, false), (#"{"nam":1}"#, false), (#"{"name ":1}"#, false), (#"{"n\u0061m":1}"#, false),
        (#"{"n\u0061mes":1}"#, false), (#"{"":1}"#, false), (#"{"\ud800":1}"#, false),
    ])
    func `match a literal byte for byte, escaped or not`(document: String, matches: Bool) throws {
        try JSONReader.read(Array(document.utf8)) { reader throws(JSONError) in
            var isFirst = true
            _ = try reader.enterObject()
            while let key = try reader.nextKey(&isFirst) {
                #expect(("name" ~= key) == matches)
                try reader.skipValue()
            }
        }
    }
}
