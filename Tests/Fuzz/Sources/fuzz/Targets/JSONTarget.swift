internal import JSONPull

/// JSON of any kind: passed over, pulled out, written again, compared.
struct JSONTarget: FuzzTarget {
    static let name = "json"
    static let maximumBytes = 64 << 10
    static let vocabulary = Vocabulary(sources: ["Sources/JSONPull"], tokens: Vocabulary.json)

    static func writeSeeds(_ seeds: SeedFiles) throws {
        for (name, bytes) in try seeds.contents("Tests/Golden", ".json", upTo: 16 << 10) {
            try seeds.write(bytes, as: name)
        }
        for (name, text) in [
            ("numbers", #"[0,-0,1.5e-3,1E+400,-12345678901234567890,0.1,1e0,1.0]"#),
            ("strings", #"["\u0000","\ud834\udd1e","\ud834","\/\b\f\n\r\t\"\\","é\#u{301}",""]"#),
            ("deep", String(repeating: #"[{"a":"#, count: 70) + "null" + String(repeating: "}]", count: 70)),
        ] { try seeds.write(text, as: name) }
    }

    func run(_ input: [UInt8]) {
        let skipped = error(of: input) { reader throws(JSONError) in try reader.skipValue() }
        var tree: JSONValue?
        let pulled = error(of: input) { reader throws(JSONError) in tree = try JSONValue(&reader) }
        require(skipped == pulled, "passed over: \(skipped as Any), pulled out: \(pulled as Any)")
        if let skipped {
            require((0...input.count).contains(skipped.offset), "an error at \(skipped.offset) of \(input.count)")
            let located = skipped.located(in: input)
            require(located.line >= 1 && located.column >= 1, "an error at \(located.line):\(located.column)")
            requireVisible(located.description)
        }
        guard skipped == nil, let tree else { return }
        let once = tree.written
        let again = try? JSONReader.read(once) { reader throws(JSONError) in try JSONValue(&reader).written }
        require(again == once, "written \(once.text), then \(again?.text ?? "no JSON")")
        let areEqual = unsafe input.withUnsafeBytes { left in
            unsafe once.withUnsafeBytes { right in unsafe try? JSONEquality.areEqual(left, right) }
        }
        require(areEqual == true, "not equal to its copy \(once.text)")
        requireVisible(String(decoding: VisibleText.json(once), as: UTF8.self))
        require(
            error(of: VisibleText.json(once)) { reader throws(JSONError) in try reader.skipValue() } == nil,
            "no JSON"
        )
    }

    private func error<Value>(
        of bytes: [UInt8],
        _ read: (inout JSONReader) throws(JSONError) -> Value
    ) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONReader.read(bytes) { reader throws(JSONError) in try read(&reader) }
            return nil
        } catch {
            return error
        }
    }
}
