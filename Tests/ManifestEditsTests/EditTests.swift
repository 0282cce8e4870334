import JSONPull
import ManifestEdits
import Testing
import YAMLPull

/// The text with the patch made in it; what is said instead where it cannot be.
private func edited(_ text: String, _ operations: JSONPatch.Operation..., line: Int = 1, column: Int = 1) -> String {
    guard let manifest = ManifestText(Array(text.utf8)) else { return "!no text" }
    switch manifest.edits(for: JSONPatch(operations), at: SourcePosition(line: line, column: column)) {
    case .success(let edits): return String(decoding: TextEdit.applying(edits, to: manifest.bytes), as: UTF8.self)
    case .failure(let refusal): return "!\(refusal.reason)"
    }
}

@Suite struct `Taking a member out of lines` {
    @Test func `takes its lines and the comment beside it, and leaves the one above`() {
        let text = "a: 1 # one\n# above b\nb: # beside b\n  c: 2\n  # in b\n  d: 3\n# above e\ne: 4\n"
        #expect(edited(text, .remove(path: "/b")) == "a: 1 # one\n# above b\n# above e\ne: 4\n")
        #expect(
            edited(text, .remove(path: "/a")) == "# above b\nb: # beside b\n  c: 2\n  # in b\n  d: 3\n# above e\ne: 4\n"
        )
        #expect(edited(text, .remove(path: "/b/c")) == text.replacing("  c: 2\n", with: ""))
    }

    @Test func `leaves empty braces where it was the only one`() {
        #expect(edited("a:\n  b: 1\nc: 2\n", .remove(path: "/a/b")) == "a: {}\nc: 2\n")
        #expect(edited("a: # why\n  # how\n  b: 1 # what\n", .remove(path: "/a/b")) == "a: {} # why\n  # how\n")
        #expect(edited("a:\n  b:\n    c: 1\n", .remove(path: "/a/b/c")) == "a:\n  b: {}\n")
        let both = edited("a:\n  b: 1\n  # x\n  c: 2\n", .remove(path: "/a/b"), .remove(path: "/a/c"))
        #expect(both == "a: {}\n  # x\n")
    }

    @Test func `moves the next one up behind the hyphen of an element`() {
        let text = "a:\n  - b: 1 # x\n    c: 2\n  - d: 3\n"
        #expect(edited(text, .remove(path: "/a/0/b")) == "a:\n  - c: 2\n  - d: 3\n")
        #expect(edited(text, .remove(path: "/a/0/c")) == "a:\n  - b: 1 # x\n  - d: 3\n")
        #expect(edited(text, .remove(path: "/a/1/d")) == "a:\n  - b: 1 # x\n    c: 2\n  - {}\n")
        let all = edited(text, .remove(path: "/a/0/b"), .remove(path: "/a/0/c"))
        #expect(all == "a:\n  - {} # x\n  - d: 3\n")
        let commented = "a:\n  - b: 1\n    # about c\n    c: 2\n"
        #expect(edited(commented, .remove(path: "/a/0/b")) == "a:\n  - # about c\n    c: 2\n")
        let three = "a:\n  - b: 1\n    c: 2\n    d: 3\n    e: 4\n"
        #expect(edited(three, .remove(path: "/a/0/b"), .remove(path: "/a/0/c")) == "a:\n  - d: 3\n    e: 4\n")
    }

    @Test func `takes whole texts of several lines`() {
        let text = "a: |\n  one\n\n  two: # no comment\n\n\nb: >-\n  x\n  y\nc: \"p\n  q\"\nd: 4\n"
        #expect(edited(text, .remove(path: "/a")) == "\n\nb: >-\n  x\n  y\nc: \"p\n  q\"\nd: 4\n")
        #expect(edited(text, .remove(path: "/b")) == text.replacing("b: >-\n  x\n  y\n", with: ""))
        #expect(edited(text, .remove(path: "/c")) == text.replacing("c: \"p\n  q\"\n", with: ""))
    }

    @Test func `keeps line ends and byte order mark`() {
        #expect(edited("a: 1\r\nb: 2 # x\r\nc: 3\r\n", .remove(path: "/b")) == "a: 1\r\nc: 3\r\n")
        #expect(edited("a: 1\nb: 2", .remove(path: "/b")) == "a: 1\n")
        #expect(edited("\u{FEFF}a: 1\nb: 2\n", .remove(path: "/a")) == "\u{FEFF}b: 2\n")
        #expect(edited("a: ü\r\nü: { b: é, c: 1 }\r\n", .remove(path: "/ü/b")) == "a: ü\r\nü: { c: 1 }\r\n")
    }

    @Test func `takes tabs for blanks where YAML does`() {
        #expect(edited("a: 1\t# x\nb:\t2\t# y\nc: 3\n", .remove(path: "/b")) == "a: 1\t# x\nc: 3\n")
        #expect(edited("{\n\t\"a\": 1,\n\t\"b\": 2\n}\n", .remove(path: "/a")) == "{\n\t\"b\": 2\n}\n")
        #expect(edited("-\ta: 1\n", .remove(path: "/a"), line: 1, column: 3).hasPrefix("!"))
    }

    @Test func `finds keys however they are quoted, and objects wherever they start`() {
        #expect(edited("\"a\" : 1\n'b': 2\n", .remove(path: "/a")) == "'b': 2\n")
        #expect(edited("\"\\u0061/~\": 1\nb: 2\n", .remove(path: "/a~1~0")) == "b: 2\n")
        #expect(
            edited("---\na: 1\nb: 2\n---\na: 1\nb: 2\n", .remove(path: "/b"), line: 5) == "---\na: 1\nb: 2\n---\na: 1\n"
        )
        let list = "items:\n- a: 1\n  b: 2\n- a: 1\n"
        #expect(edited(list, .remove(path: "/a"), line: 2, column: 3) == "items:\n- b: 2\n- a: 1\n")
    }
}

@Suite struct `Taking a member out of braces` {
    @Test(arguments: [
        ("/a", "{ b: 2, c: [3, 4] } # x\n"), ("/b", "{ a: 1, c: [3, 4] } # x\n"), ("/c", "{ a: 1, b: 2 } # x\n"),
    ])
    func `takes one comma with it`(path: String, expected: String) {
        #expect(edited("{ a: 1, b: 2, c: [3, 4] } # x\n", .remove(path: path)) == expected)
    }

    @Test func `keeps the lines of JSON`() {
        let text = "{\n  \"a\": {\n    \"x\": 1\n  },\n  \"b\": 2,\n  \"c\": 3\n}\n"
        #expect(edited(text, .remove(path: "/b")) == text.replacing("  \"b\": 2,\n", with: ""))
        #expect(edited(text, .remove(path: "/c")) == text.replacing(",\n  \"c\": 3", with: ""))
        #expect(edited(text, .remove(path: "/a/x")) == text.replacing("{\n    \"x\": 1\n  }", with: "{}"))
        #expect(edited(text, .remove(path: "/a"), .remove(path: "/c")) == "{\n  \"b\": 2\n}\n")
        #expect(edited("{\"a\":1}{\"a\":1,\"b\":2}", .remove(path: "/a"), column: 8) == "{\"a\":1}{\"b\":2}")
    }

    @Test(arguments: ["{ a: 1, # x\n  b: 2 }", "{ a: 1, ? b : 2 }", "{ a: 1, b: 2, }", "x: [ a: 1 ]"])
    func `leaves alone what has more than commas in it`(text: String) {
        let result = edited(text, .remove(path: text.hasPrefix("x") ? "/x/0/a" : "/b"))
        #expect(result.hasPrefix("!") || result == "{ a: 1, }", "\(result)")
    }
}

@Suite struct `Changing values in a text` {
    @Test func `keeps the quotes there are`() {
        #expect(edited("a: one # x\n", .replace(path: "/a", value: "two")) == "a: two # x\n")
        #expect(edited("a: 'one'\n", .replace(path: "/a", value: "t'wo")) == "a: 't''wo'\n")
        #expect(edited("a: \"one\"\n", .replace(path: "/a", value: "t\"wo")) == "a: \"t\\\"wo\"\n")
        #expect(edited("a: one\n", .replace(path: "/a", value: "yes")) == "a: \"yes\"\n")
        #expect(edited("a: one\n", .replace(path: "/a", value: "x # y")) == "a: \"x # y\"\n")
        #expect(edited("{\"a\":7}", .replace(path: "/a", value: "7")) == "{\"a\":\"7\"}")
    }

    @Test func `quotes a number only if it is written as JSON has it`() {
        #expect(edited("a: 7 # x\n", .replace(path: "/a", value: "7")) == "a: \"7\" # x\n")
        #expect(
            edited("a: 1.10\n", .replace(path: "/a", value: "1.1")).hasPrefix("!its value is written in another way")
        )
        #expect(
            edited("a: 0x10\n", .replace(path: "/a", value: "16")).hasPrefix("!its value is written in another way")
        )
    }

    @Test(arguments: [
        ("a: &x one\n", "anchor"), ("a: !!str one\n", "anchor or a tag"), ("x: &x 1\na: *x\n", "alias"),
        ("a: |\n  one\n", "several lines"), ("a: \"o\n  ne\"\n", "several lines"), ("a: 1\na: 2\n", "more than once"),
        ("x: &x\n  a: 1\n<<: *x\n", "merge key"), ("a: [1]\n", "no single value"),
    ])
    func `says why it leaves one alone`(text: String, reason: String) {
        let result = edited(text, .replace(path: "/a", value: "b"))
        #expect(result.hasPrefix("!") && result.contains(reason), "\(result)")
    }

    @Test func `renames a key where it is`() {
        #expect(
            edited("s:\n  secret: [] # x\n", .move(from: "/s/secret", path: "/s/secrets")) == "s:\n  secrets: [] # x\n"
        )
        #expect(edited("{\"s\": {\"a\": 1}}", .move(from: "/s/a", path: "/s/b")) == "{\"s\": {\"b\": 1}}")
        #expect(edited("s:\n  a: 1\n  b: 2\n", .move(from: "/s/a", path: "/s/b")).hasPrefix("!the other key"))
    }

    @Test func `moves a value to another mapping`() {
        let text = "spec:\n  runtime:\n    config:\n      ttl: 60 # a minute\n  x: 1\n"
        let moved = edited(text, .move(from: "/spec/runtime/config/ttl", path: "/spec/ttlSecondsAfterFinished"))
        #expect(moved == "spec:\n  runtime:\n    config: {}\n  x: 1\n  ttlSecondsAfterFinished: 60\n")
        let flow = edited("{s: {r: {t: 60, u: 1}}}", .move(from: "/s/r/t", path: "/s/ttl"))
        #expect(flow == "{s: {r: {u: 1}, ttl: 60}}")
        let json = edited("{\"s\":{\"r\":{\"t\":60}}}", .move(from: "/s/r/t", path: "/s/ttl"))
        #expect(json == "{\"s\":{\"r\":{}, \"ttl\": 60}}")
        #expect(edited("s:\n  t: 60\n  ttl:\n", .move(from: "/s/t", path: "/ttl")) == "s:\n  ttl:\nttl: 60\n")
    }
}

@Suite struct `Adding to a text` {
    @Test(arguments: [
        ("s:\n  - a # x\n# y\nb: 1\n", "s:\n  - a # x\n  - t\n# y\nb: 1\n"), ("s:\n- a\n", "s:\n- a\n- t\n"),
        ("s:\n-   a", "s:\n-   a\n-   t\n"), ("s: [a]\n", "s: [a, t]\n"), ("s: []\n", "s: [t]\n"),
        ("s: [\n  a,\n  b\n]\n", "s: [\n  a,\n  b,\n  t\n]\n"), ("{\"s\":[\"a\"]}", "{\"s\":[\"a\", \"t\"]}"),
        ("s:\r\n  - a\r\n", "s:\r\n  - a\r\n  - t\r\n"), ("s:\n  - \"a\"\n", "s:\n  - \"a\"\n  - \"t\"\n"),
    ])
    func `an element is written as the last one is`(text: String, expected: String) {
        let result = edited(text, .append(path: "/s/-", value: "t"))
        #expect(result == expected || result + "\n" == expected, "\(result)")
    }

    @Test(arguments: [
        ("p:\n  a: 1\nb: 2\n", "p:\n  a: 1\n  s:\n    - t\n    - \"7\"\nb: 2\n"),
        ("p: { a: 1 }\n", "p: { a: 1, s: [t, \"7\"] }\n"), ("p: {}\n", "p: {s: [t, \"7\"]}\n"),
        ("p:\n  s:\n", "p:\n  s: [t, \"7\"]\n"), ("p:\n  s: null # x\n", "p:\n  s: [t, \"7\"] # x\n"),
        ("{\"p\": {\n  \"a\": 1\n}}", "{\"p\": {\n  \"a\": 1,\n  \"s\": [\"t\", \"7\"]\n}}"),
    ])
    func `a list is written as its neighbours are`(text: String, expected: String) {
        #expect(edited(text, .addList(path: "/p/s", values: ["t", "7"])) == expected)
    }

    @Test func `a list of something else is left alone`() {
        #expect(edited("s: a\n", .append(path: "/s/-", value: "t")).hasPrefix("!the list"))
        #expect(edited("s: [a, # x\n  b]\n", .append(path: "/s/-", value: "t")).hasPrefix("!a comment"))
        #expect(edited("p: &x\n  a: 1\n", .addList(path: "/p/s", values: ["t"])).hasPrefix("!what it belongs in"))
    }
}

@Suite struct `Several changes of one text` {
    @Test func `are made together`() {
        let text = "m:\n  a: 1\n  b: 2\n  c: 3\ns: [x]\nt: 7\n"
        let result = edited(
            text,
            .remove(path: "/m/a"),
            .remove(path: "/m/c"),
            .append(path: "/s/-", value: "y"),
            .append(path: "/s/-", value: "z"),
            .replace(path: "/t", value: "7")
        )
        #expect(result == "m:\n  b: 2\ns: [x, \"y\", z]\nt: \"7\"\n")
    }

    @Test func `that meet are none`() {
        let text = "m:\n  a:\n    b: 1\n    c: 1\n"
        #expect(edited(text, .remove(path: "/m/a"), .remove(path: "/m/a/b")).hasPrefix("!two changes"))
    }
}

@Suite struct `A text that no place can be told of` {
    @Test(arguments: [
        [0xFF, 0xFE, 0x61, 0x00] as [UInt8], [0xFE, 0xFF, 0x00, 0x61], Array("a: 1\n---\n\u{FEFF}b: 2\n".utf8),
    ])
    func `is not changed`(bytes: [UInt8]) {
        #expect(ManifestText(bytes) == nil)
    }

    @Test func `of another object is not changed`() {
        #expect(edited("a: 1\n", .remove(path: "/a"), line: 9).hasPrefix("!the object"))
        #expect(edited("- 1\n", .remove(path: "/a")).hasPrefix("!the object"))
    }
}

@Suite struct `A large text` {
    /// One line of so many objects, each with as many members that go one by one.
    @Test func `takes time for its size`() {
        func seconds(_ count: Int) -> Double {
            let text = Array((0..<count).map { "{\"a\":{\"é\":1,\"b\($0)\":2}}" }.joined(separator: " ").utf8)
            let wide = Array("{\((0..<count).map { "\"k\($0)\": 1" }.joined(separator: ", "))}".utf8)
            return ContinuousClock().measure {
                guard let many = ManifestText(text), let one = ManifestText(wide) else { return }
                var column = 1
                for index in 0..<count {
                    let patch = JSONPatch([.remove(path: "/a/b\(index)")])
                    let edits = try? many.edits(for: patch, at: SourcePosition(line: 1, column: column)).get()
                    #expect(edits?.count == 1)
                    column += 20 + "\(index)".utf8.count
                    let removal = JSONPatch([.remove(path: "/k\(index)")])
                    #expect((try? one.edits(for: removal, at: SourcePosition(line: 1, column: 1)).get())?.count == 1)
                }
            } / .seconds(1)
        }
        _ = seconds(100)
        let (small, large) = (seconds(1000), seconds(16_000))
        #expect(large < small * 64, "\(small) s, \(large) s")
    }
}
