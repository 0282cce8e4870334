import NIOCore
import Testing

@testable import HTTPServer

@Suite struct `The trace of a request` {
    private static let id = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parent = "00f067aa0ba902b7"
    private static let field = "00-\(id)-\(parent)-01"

    private func parsed(_ fields: String...) -> TraceParent {
        var parsed = TraceParent.absent
        for field in fields {
            var field = field
            field.withUTF8 { unsafe parsed.note($0) }
        }
        return parsed
    }

    @Test func `is read as W3C Trace Context has it`() throws {
        let context = try #require(parsed(Self.field).context)
        #expect(context.traceIDText == Self.id && context.parentIDText == Self.parent && context.isSampled)
        #expect(parsed("00-\(Self.id)-\(Self.parent)-00").context?.isSampled == false)
        // Flags that are not known yet.
        #expect(parsed("00-\(Self.id)-\(Self.parent)-ff").context?.isSampled == true)
        // Later versions may go on behind a dash.
        #expect(parsed("cc-\(Self.id)-\(Self.parent)-01").context == context)
        #expect(parsed("cc-\(Self.id)-\(Self.parent)-01-what-will-be").context == context)
        let zeros = parsed("00-00000000000000000000000000000001-0000000000000001-00").context
        #expect(zeros?.traceIDText == "00000000000000000000000000000001" && zeros?.parentIDText == "0000000000000001")
    }

    /// Section 3.2.2 and the cases of the specification's own test suite.
    @Test(arguments: [
        "", "00", "-", "00-", field + " ", field + "-", field + "-x", String(field.dropLast()), field + "0",
        "ff-\(id)-\(parent)-01", "0-\(id)-\(parent)-01", "000-\(id)-\(parent)-01", ".0-\(id)-\(parent)-01",
        "00-\(id.uppercased())-\(parent)-01", "00-\(id)-\(parent.uppercased())-01", "00-\(id)-\(parent)-0A",
        "00-00000000000000000000000000000000-\(parent)-01", "00-\(id)-0000000000000000-01", "00-\(id)-\(parent)-.0",
        "00_\(id)-\(parent)-01", "00-\(id)_\(parent)-01", "00-\(id)-\(parent)_01", "cc-\(id)-\(parent)-01.what",
        "cc-\(id)-\(parent)-010", "00-\(id.dropLast())é-\(parent)-01", String(repeating: "0", count: 100_000),
        "00-\(id)-\(parent)-01\u{0}", "００-\(id)-\(parent)-01",
    ])
    func `is malformed as anything else`(field: String) {
        #expect(parsed(field) == .malformed)
    }

    @Test func `is not known where there are several`() {
        #expect(parsed(Self.field, Self.field) == .malformed)
        #expect(parsed(Self.field, "x") == .malformed && parsed("x", Self.field) == .malformed)
    }

    @Test func `reads any bytes without a trap`() {
        // Every byte at every place, which the length alone does not tell from a good field.
        for place in 0..<55 {
            for byte in UInt8.min ... .max {
                var bytes = Array(Self.field.utf8)
                bytes[place] = byte
                let context = unsafe bytes.withUnsafeBufferPointer { unsafe TraceContext($0) }
                let isDigit = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
                let isGood = [2, 35, 52].contains(place) ? byte == UInt8(ascii: "-") : isDigit
                // Of version ff there are two, which one byte does not make.
                #expect((context != nil) == isGood, "\(byte) at \(place)")
            }
        }
    }
}
