import JSONPull
import Testing
import YAMLPull

@Suite struct `YAML documents` {
    @Test(arguments: [
        ("", []), ("# only a comment\n", []), ("---\n", []), ("---\n---\n---\n", []), ("null\n---\n~\n", []),
        ("a: 1\n---\nb: 2\n", [#"{"a":1}"#, #"{"b":2}"#]),
        ("---\na: 1\n...\n---\n# empty\n---\n- b\n...\n", [#"{"a":1}"#, #"["b"]"#]),
        ("--- text\n--- 'null'\n", [#""text""#, #""null""#]),
        ("%YAML 1.1\n---\na: 1\n", [#"{"a":1}"#]),
        ("%TAG !k! tag:yaml.org,2002:\n---\na: !k!str 1\n", [#"{"a":"1"}"#]),
        ("{\"a\":[1,{\"b\":null}],\"c\":\"\\u00e9\\/\"}", [#"{"a":[1,{"b":null}],"c":"é/"}"#]),
        (
            "a:\r\n  b: |\r\n    x\r\n    y\r\n  c: d\r\n---\r\ne: f\r\n",
            [#"{"a":{"b":"x\ny\n","c":"d"}}"#, #"{"e":"f"}"#]
        ),
        ("\u{FEFF}a: 1", [#"{"a":1}"#]),
    ])
    func `come in order, empty ones left out`(yaml: String, expected: [String]) throws {
        #expect(try yamlLines(yaml) == expected)
    }

    @Test func `that cannot become JSON do not lose the ones after them`() throws {
        let error = "unknown alias *x at line 3, column 4 (define it above as &x, or put the value in quotes)"
        #expect(try yamlLines("a: 1\n---\na: *x\n---\nb: 2") == [#"{"a":1}"#, error, #"{"b":2}"#])
    }

    @Test func `before a syntax error are kept, after it lost`() throws {
        let lines = try yamlLines("a: 1\n---\nb: 2\n---\nc: [\n---\nd: 4\n")
        #expect(lines.count == 3)
        #expect(lines.prefix(2) == [#"{"a":1}"#, #"{"b":2}"#])
    }

    @Test func `before bytes that are no text are kept`() throws {
        let lines = try yamlLines(Array("a: 1\n---\nb: 2\n---\nc: é".utf8) + [0xFF, 0x0A])
        #expect(
            lines == [
                #"{"a":1}"#, #"{"b":2}"#, "invalid UTF-8 (byte 0xFF) at line 5, column 5 (save the file as UTF-8)",
            ]
        )
    }

    @Test func `forget the anchors of the one before`() throws {
        let error = "unknown alias *x at line 3, column 4 (define it above as &x, or put the value in quotes)"
        #expect(try yamlLines("a: &x 1\n---\nb: *x") == [#"{"a":1}"#, error])
    }

    @Test func `stop when the caller has enough`() {
        struct Enough: Error {}
        var count = 0
        #expect(throws: Enough.self) {
            try YAMLReader.documents(in: Array("a: 1\n---\nb: 2".utf8)) { _ throws(Enough) in
                count += 1
                throw Enough()
            }
        }
        #expect(count == 1)
    }

    @Test func `expand aliases`() throws {
        let yaml = "a: &x {b: [1, &y two]}\nc: *x\nd: *y\ne: &x 3\nf: *x\ng: &e\nh: *e"
        #expect(
            try yamlLines(yaml)
                == [#"{"a":{"b":[1,"two"]},"c":{"b":[1,"two"]},"d":"two","e":3,"f":3,"g":null,"h":null}"#]
        )
    }

    @Test(arguments: ["a: &x [*x]", "a: &x {b: {c: *x}}", "&x a: *x"])
    func `never contain themselves`(yaml: String) throws {
        let error = try yamlError(yaml)
        if yaml.hasPrefix("&x") {
            #expect(error == "no error")
        } else {
            #expect(error.hasPrefix("the value of anchor &x contains itself at line 1, column "))
            #expect(error.hasSuffix("(take the alias *x out of the value that starts at line 1, column 4)"))
        }
    }
}

@Suite struct `YAML positions` {
    static let yaml = """
        # first
        kind: Run
        spec:
          list:
            - a
            - name: é"
              value: [1,  {x: z}]
          base: &b {p: 1}
          copy: *b
          merged: {<<: *b, q: 2}
        """

    @Test(arguments: [
        (#""kind""#, 2, 1), (#""Run""#, 2, 7), (#""spec""#, 3, 1), (#"{"list""#, 4, 3), (#"["a""#, 5, 5),
        (#""a""#, 5, 7),
        (#"{"name""#, 6, 7), (#""é\"""#, 6, 13), (#""value""#, 7, 7), (#"[1"#, 7, 14), (#"1,"#, 7, 15),
        (#"{"x""#, 7, 19),
        (#""x""#, 7, 20), (#""z""#, 7, 23), (#""copy""#, 9, 3), (#"{"p":1},"merged""#, 9, 9), (#"{"p":1,"q""#, 10, 11),
        (#""p":1,"q""#, 8, 13), (#""q""#, 10, 20), (#"2}}}"#, 10, 23),
    ])
    func `of keys and values are kept`(fragment: String, line: Int, column: Int) throws {
        let document = try yamlDocument(Self.yaml)
        let json = String(decoding: document.json, as: UTF8.self)
        let range = try #require(json.firstRange(of: fragment))
        let offset = json.utf8.distance(from: json.startIndex, to: range.lowerBound)
        #expect(document.position(ofJSONOffset: offset) == SourcePosition(line: line, column: column))
    }

    @Test func `of a document and of offsets outside are near`() throws {
        let results = yamlResults("a: 1\n---\n\n  b: 2\n")
        let second = try #require(results.last).get()
        #expect(second.position == SourcePosition(line: 4, column: 3))
        #expect(second.position(ofJSONOffset: -1) == SourcePosition(line: 4, column: 3))
        #expect(second.position(ofJSONOffset: 10_000) == SourcePosition(line: 4, column: 6))
    }

    @Test func `count lines by CR LF and by CR`() throws {
        for end in ["\r\n", "\r", "\n"] {
            let document = try yamlDocument("a: 1\(end)b:\(end)  c: 2\(end)")
            #expect(document.position(ofJSONOffset: 12) == SourcePosition(line: 3, column: 3))
        }
    }
}
