import JSONPull
import TestCheckout
import TestRandomness
import Testing

@Suite struct `Recorded bodies` {
    @Test(arguments: try Recordings.names())
    func `parse`(name: String) throws {
        #expect(errorOfSkipping(try Recordings.body(name)) == nil)
    }

    @Test func `are all there`() throws {
        #expect(try Recordings.names().count == 92)
    }

    @Test(arguments: [
        "agentrun-create-apply", "agentrun-create-strings", "agentrun-create-nul-and-replacement",
        "agentrun-create-numbers", "agentrun-create-canonically-equivalent-keys",
    ])
    func `cut at any byte end unexpectedly there`(name: String) throws {
        let body = try Recordings.body(name).dropLast()
        for count in 0..<(body.count - 1) {
            let part = Array(body.prefix(count))
            #expect(errorOfSkipping(part) == JSONError(.unexpectedEnd, at: count))
            #expect(errorOfPulling(part) == JSONError(.unexpectedEnd, at: count))
        }
    }

    @Test(arguments: [
        "agentrun-create-apply", "agentrun-create-strings", "agentrun-update-ssa", "agentrun-create-numbers",
    ])
    func `say the same when copied`(name: String) throws {
        let body = try Recordings.body(name)
        let once = try copy(body)
        #expect(try copy(once) == once)
    }
}

@Suite struct `Byte soup` {
    /// Changes some bytes of a body: replaced, removed, doubled, cut, spliced.
    private static func mutate(_ body: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        let spice: [UInt8] = Array(#"{}[]",:\-+.0eEtfnu "#.utf8) + [0x00, 0x1F, 0x80, 0xC3, 0xE2, 0xED, 0xF4, 0xFF]
        var body = body
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0..<body.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: body[place] = UInt8.random(in: 0...255, using: &random)
            case 1: body[place] = spice.randomElement(using: &random) ?? 0
            case 2: body.remove(at: place)
            case 3: body.insert(spice.randomElement(using: &random) ?? 0, at: place)
            case 4: body.removeSubrange(place..<min(body.count, place + Int.random(in: 1...40, using: &random)))
            default: body.insert(contentsOf: body[place..<min(body.count, place + 30)], at: place)
            }
            if body.isEmpty { body = [0x20] }
        }
        return body
    }

    @Test(arguments: ["agentrun-create-strings", "agentrun-create-numbers", "agentrun-create-null-fields"])
    func `is read the same way passed over and pulled out`(name: String) throws {
        let body = try Recordings.body(name)
        var refused = 0
        for seed in 0..<2000 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let soup = Self.mutate(body, &random)
            let error = errorOfSkipping(soup)
            #expect(error == errorOfPulling(soup), "seed \(seed) of \(name)")
            guard let error else { continue }
            refused += 1
            #expect((0...soup.count).contains(error.offset), "seed \(seed) of \(name)")
            let located = error.located(in: soup)
            #expect(located.line >= 1 && located.column >= 1, "seed \(seed) of \(name)")
            #expect(!located.description.unicodeScalars.contains { $0.value < 0x20 }, "seed \(seed) of \(name)")
        }
        #expect(refused > 1000, "mutations that leave JSON intact test nothing")
    }

    @Test func `of nothing but random bytes never traps`() {
        var accepted = 0
        for seed in 0..<5000 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            let count = Int.random(in: 0...64, using: &random)
            let soup = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let error = errorOfSkipping(soup)
            if let error { _ = error.located(in: soup) } else { accepted += 1 }
        }
        #expect(accepted < 500)
    }
}

@Suite struct `Deep JSON` {
    private func nested(_ depth: Int, open: String, inner: String, close: String) -> [UInt8] {
        Array((String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)).utf8)
    }

    @Test(arguments: [1, 63, 64, 65, 128, 129, 40_000, 50_000])
    func `is passed over up to the limit`(depth: Int) {
        #expect(errorOfSkipping(nested(depth, open: "[", inner: "", close: "]")) == nil)
        #expect(errorOfSkipping(nested(depth, open: #"{"a":"#, inner: "1", close: "}")) == nil)
        let mixed = nested(depth / 3, open: #"[{"a":1,"b":[2,"#, inner: "{}", close: "]}]")
        #expect(errorOfSkipping(mixed) == nil)
    }

    @Test(arguments: [50_001, 100_000])
    func `is refused beyond it`(depth: Int) {
        let limit = JSONReader.defaultMaximumDepth
        let arrays = errorOfSkipping(nested(depth, open: "[", inner: "", close: "]"))
        #expect(arrays == JSONError(.tooDeep(limit: limit), at: limit))
        let objects = errorOfSkipping(nested(depth, open: #"{"a":"#, inner: "1", close: "}"))
        #expect(objects == JSONError(.tooDeep(limit: limit), at: 5 * limit))
    }

    @Test func `a limit of the caller's is kept to the level`() {
        let read = { (depth: Int) throws(JSONError) in
            let bytes = nested(depth, open: "[", inner: "", close: "]")
            return try JSONReader.read(bytes, maximumDepth: 3) { reader throws(JSONError) in try reader.skipValue() }
        }
        #expect(throws: Never.self) { try read(3) }
        #expect(throws: JSONError(.tooDeep(limit: 3), at: 3)) { try read(4) }
    }

    @Test func `a limit is kept to the level by members that are empty objects`() {
        for members in 1...4 {
            let text = Array(repeating: #""f:a":{}"#, count: members).joined(separator: ",")
            let bytes = Array(#"[{\#(text)}]"#.utf8)
            let read = { (depth: Int) throws(JSONError) in
                try JSONReader.read(bytes, maximumDepth: depth) { reader throws(JSONError) in try reader.skipValue() }
            }
            #expect(throws: Never.self) { try read(3) }
            #expect(throws: JSONError(.tooDeep(limit: 2), at: 8)) { try read(2) }
        }
    }

    @Test func `is closed by the bracket that opened it, at every level`() {
        for depth in [2, 64, 65, 130] {
            for level in 0..<depth {
                // Objects and arrays alternate, so that a wrong bit of the stack shows.
                let opens = (0..<depth).map { $0.isMultiple(of: 2) ? "[" : #"{"k":"# }
                var closes = (0..<depth).map { $0.isMultiple(of: 2) ? "]" : "}" }
                #expect(errorOfSkipping(Array((opens.joined() + "0" + closes.reversed().joined()).utf8)) == nil)
                closes[level] = closes[level] == "]" ? "}" : "]"
                let bytes = Array((opens.joined() + "0" + closes.reversed().joined()).utf8)
                let offset = bytes.count - level - 1
                #expect(errorOfSkipping(bytes) == JSONError(.unexpectedByte(bytes[offset]), at: offset))
            }
        }
    }

    @Test func `has a path of its first levels only`() {
        let bytes = nested(1000, open: "[", inner: "x", close: "]")
        let path = errorOfSkipping(bytes)?.located(in: bytes).path
        #expect(path == String(repeating: "[0]", count: JSONPath.maximumLevels) + "…")
    }
}
