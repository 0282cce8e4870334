import JSONPull
import TestRandomness
import Testing

@Suite struct `JSON writer` {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func `puts commas between values and nowhere else`() {
        let text = written { writer in
            writer.beginObject()
            writer.key("a")
            writer.beginArray()
            writer.integer(-1)
            writer.null()
            writer.beginObject()
            writer.endObject()
            writer.boolean(true)
            writer.beginArray()
            writer.endArray()
            writer.endArray()
            writer.escapedKey("b" as String)
            writer.string("")
            writer.key("c")
            writer.boolean(false)
            writer.endObject()
            writer.newline()
            writer.integer(.max)
        }
        #expect(text == #"{"a":[-1,null,{},true,[]],"b":"","c":false}"# + "\n9223372036854775807")
    }

    @Test(arguments: [
        ("plain", #""plain""#),
        ("a\"b\\c/d", #""a\"b\\c/d""#),
        ("\n\r\t", #""\n\r\t""#),
        ("\0\u{8}\u{C}\u{1F}", #""\u0000\u0008\u000c\u001f""#),
        ("\u{7F}é\u{2028}😀<&>", "\"\u{7F}é\u{2028}😀<&>\""),
        ("\u{FFFD}", "\"\u{FFFD}\""),
    ])
    func `escapes quotes, backslashes and controls only`(value: String, document: String) {
        #expect(written { $0.string(value) } == document)
        #expect(written { $0.escapedKey(value) } == document + ":")
    }

    @Test func `what it writes reads back the same, every scalar`() throws {
        var scalars = (0...0x2FF).compactMap(Unicode.Scalar.init as (UInt32) -> Unicode.Scalar?)
        scalars += [0x2028, 0x2029, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF].compactMap(
            Unicode.Scalar.init
        )
        for scalar in scalars {
            let value = "x\(scalar)y"
            let read = try #require(try string(Array(written { $0.string(value) }.utf8)))
            #expect(Array(read.utf8) == Array(value.utf8))
        }
    }

    @Test func `finds what to escape wherever it stands`() throws {
        for count in 1...33 {
            for place in 0..<count {
                for scalar in ["\"", "\\", "\u{1F}", "é"] as [Unicode.Scalar] {
                    var value = String(repeating: "x", count: count).unicodeScalars
                    value.replaceSubrange(value.index(value.startIndex, offsetBy: place)..., with: [scalar])
                    value.append(contentsOf: String(repeating: "y", count: count - place - 1).unicodeScalars)
                    let text = String(value)
                    #expect(try string(Array(written { $0.string(text) }.utf8)) == text)
                    #expect(written { $0.member("k", text) } == #""k":"# + written { $0.string(text) })
                }
            }
        }
    }

    @Test func `grows with what is written, whatever room it began with`() {
        let long = String(repeating: "0123456789", count: 1000)
        for capacity in [0, 1, 15, 16, 17, 4096] {
            var writer = JSONWriter(capacity: capacity)
            writer.beginArray()
            for _ in 0..<100 { writer.integer(7) }
            writer.string(long)
            writer.string("\n" + long)
            writer.beginObject()
            writer.member("key", long)
            writer.endObject()
            writer.endArray()
            let sevens = String(repeating: "7,", count: 100)
            let text = #"[\#(sevens)"\#(long)","\n\#(long)",{"key":"\#(long)"}]"#
            #expect(String(decoding: writer.bytes, as: UTF8.self) == text)
            #expect(unsafe writer.withBytes { $0.count } == text.utf8.count)
        }
    }

    /// A random value: what the reader makes of what the writer wrote is written the same again.
    @Test func `round trips random documents`() throws {
        for seed in 0..<300 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var writer = JSONWriter()
            Self.writeRandom(&writer, depth: 0, &random)
            #expect(try copy(writer.bytes) == writer.bytes, "seed \(seed)")
        }
    }

    private static func writeRandom(_ writer: inout JSONWriter, depth: Int, _ random: inout SplitMix) {
        switch Int.random(in: 0..<(depth > 4 ? 4 : 6), using: &random) {
        case 0: writer.null()
        case 1: writer.boolean(Bool.random(using: &random))
        case 2: writer.integer(Int(truncatingIfNeeded: random.next()))
        case 3: writer.string(randomText(&random))
        case 4:
            writer.beginArray()
            for _ in 0..<Int.random(in: 0...4, using: &random) { writeRandom(&writer, depth: depth + 1, &random) }
            writer.endArray()
        default:
            writer.beginObject()
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                writer.escapedKey(randomText(&random))
                writeRandom(&writer, depth: depth + 1, &random)
            }
            writer.endObject()
        }
    }

    private static func randomText(_ random: inout SplitMix) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            let range: ClosedRange<UInt32> = Bool.random(using: &random) ? 0...0x7F : 0...0x10FFFF
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
