import JSONPull
import Testing
import YAMLPull

@Suite struct `YAML mappings` {
    @Test(arguments: [
        ("yes: v", #"{"true":"v"}"#), ("n: v", #"{"false":"v"}"#), ("0x10: v", #"{"16":"v"}"#),
        ("-1: v", #"{"-1":"v"}"#),
        ("1.50: v", #"{"1.5":"v"}"#), ("100000.0: v", #"{"100000":"v"}"#), ("1e6: v", #"{"1e+06":"v"}"#),
        ("1234567.0: v", #"{"1.234567e+06":"v"}"#), ("1e-4: v", #"{"0.0001":"v"}"#), ("1e-5: v", #"{"1e-05":"v"}"#),
        ("16777217.0: v", #"{"1.6777216e+07":"v"}"#), ("-0.0: v", #"{"-0":"v"}"#), (".inf: v", #"{".inf":"v"}"#),
        ("-.inf: v", #"{"-.inf":"v"}"#), ("1e300: v", #"{".inf":"v"}"#), (".nan: v", #"{".nan":"v"}"#),
        ("'1': v", #"{"1":"v"}"#), ("'': v", #"{"":"v"}"#), ("2001-12-14: v", #"{"2001-12-14":"v"}"#),
        ("? a\n: v", #"{"a":"v"}"#), ("{a, b: , c: d}", #"{"a":null,"b":null,"c":"d"}"#),
        ("? |\n  long\n: v", #"{"long\n":"v"}"#), ("!!binary YQ==: v", #"{"a":"v"}"#),
    ])
    func `have string keys`(yaml: String, json: String) throws {
        #expect(try yamlLines(yaml) == [json])
    }

    @Test(arguments: [
        ("~: v", "a key is null, and JSON keys are strings at line 1, column 1 (put the key in quotes)"),
        (
            "18446744073709551615: v",
            "the key 18446744073709551615 is larger than an integer may be at line 1, column 1 (put the key in quotes)"
        ),
        (
            "[a]: v",
            "a key is a mapping or a list, and JSON keys are strings at line 1, column 1 "
                + "(put a value that starts with { or [ in quotes; a template such as {{ … }} must be rendered first)"
        ),
        (
            "a: {{ .Values.x }}",
            "a key is a mapping or a list, and JSON keys are strings at line 1, column 5 "
                + "(put a value that starts with { or [ in quotes; a template such as {{ … }} must be rendered first)"
        ),
    ])
    func `refuse other keys`(yaml: String, error: String) throws {
        #expect(try yamlError(yaml) == error)
    }

    @Test func `have aliases for keys`() throws {
        #expect(try yamlLines("- &x k\n- {*x : v}") == [#"["k",{"k":"v"}]"#])
    }

    @Test func `never take canonically equivalent keys for one`() throws {
        let document = try yamlDocument("\u{E9}: 1\ne\u{301}: 2")
        #expect(document.json == Array("{\"\u{E9}\":1,\"e\u{301}\":2}".utf8))
        #expect(document.warnings.isEmpty)
    }

    @Test func `take the last of duplicate keys and warn`() throws {
        let document = try yamlDocument("a: 1\nb: {x: 1, 'x': 2}\n1: c\na: [2]\n0x1: d\n")
        #expect(document.json == Array(#"{"a":[2],"b":{"x":2},"1":"d"}"#.utf8))
        #expect(
            document.warnings.map(\.description).sorted() == [
                #"duplicate key "1" at line 5, column 1, first at line 3, column 1: the last one counts (remove one of them)"#,
                #"duplicate key "a" at line 4, column 1, first at line 1, column 1: the last one counts (remove one of them)"#,
                #"duplicate key "x" at line 2, column 11, first at line 2, column 5: the last one counts (remove one of them)"#,
            ]
        )
    }

    @Test func `of many keys find duplicates too`() throws {
        let lines = (0..<1_000).map { "k\($0): \($0)" }
        let document = try yamlDocument((lines + ["k7: x", "k999: z"]).joined(separator: "\n"))
        #expect(document.warnings.map(\.key) == ["k7", "k999"])
        #expect(document.warnings.map(\.earlier.line) == [8, 1_000])
        let members = (0..<1_000).map { "\"k\($0)\":" + ($0 == 7 ? "\"x\"" : $0 == 999 ? "\"z\"" : "\($0)") }
        #expect(document.json == Array("{\(members.joined(separator: ","))}".utf8))
    }

    @Test func `warn a bounded number of times, and once for all aliases`() throws {
        let many = String(repeating: "k: 1\n", count: 1_000)
        #expect(try yamlDocument(many).warnings.count == YAMLLimits().maximumWarnings)
        #expect(try yamlDocument("a: &x {k: 1, k: 2}\nb: *x\nc: [*x]").warnings.count == 1)
    }

    @Test(arguments: [
        ("b: &b {x: 1, w: 2}\na: {<<: *b, w: 3}", #"{"b":{"x":1,"w":2},"a":{"x":1,"w":3}}"#),
        ("a: {<<: [{x: 1}, {x: 2, w: 2}], z: 3}", #"{"a":{"x":1,"w":2,"z":3}}"#),
        ("a: {<<: {x: 1}, <<: {x: 2}}", #"{"a":{"x":2}}"#),
        ("a: {<<: {<<: {x: 1, w: 1}, x: 2}}", #"{"a":{"x":2,"w":1}}"#),
        ("a: {<<: [{<<: {x: 1}}, {x: 2}]}", #"{"a":{"x":1}}"#),
        ("a: {'<<': {x: 1}}", #"{"a":{"<<":{"x":1}}}"#),
        ("a: {!!str <<: {x: 1}}", #"{"a":{"<<":{"x":1}}}"#),
        ("a: {!!merge <<: {x: 1}}", #"{"a":{"x":1}}"#),
        ("a: {! <<: {x: 1}}", #"{"a":{"x":1}}"#),
        ("a: {! '<<': {x: 1}}", #"{"a":{"x":1}}"#),
        ("- &m <<\n- {*m : {x: 1}}", #"["<<",{"<<":{"x":1}}]"#),
        ("a: {<<: []}", #"{"a":{}}"#),
        ("a: {<<: {x: {y: 1}}, x: {z: 2}}", #"{"a":{"x":{"z":2}}}"#),
    ])
    func `merge`(yaml: String, json: String) throws {
        let document = try yamlDocument(yaml)
        #expect(String(decoding: document.json, as: UTF8.self) == json)
        #expect(document.warnings.isEmpty)
    }

    /// Members are assigned in the order of the text, at every level: what a merged mapping merges below its own keys wins.
    @Test(arguments: [
        (
            "base: &b {r: evil}\nmid: &m {r: good, <<: *b}\na: {<<: *m}",
            #"{"base":{"r":"evil"},"mid":{"r":"evil"},"a":{"r":"evil"}}"#
        ),
        ("a: {<<: {r: good, <<: {r: better, <<: {r: evil}}}}", #"{"a":{"r":"evil"}}"#),
        ("a: {r: good, <<: {<<: {r: evil}}}", #"{"a":{"r":"evil"}}"#),
        ("a: {<<: [{r: good, <<: {r: evil}}, {r: other}]}", #"{"a":{"r":"evil"}}"#),
        ("a: {r: good, <<: [{r: evil}, {r: other}]}", #"{"a":{"r":"evil"}}"#),
        ("a: {<<: {r: evil}, r: good}", #"{"a":{"r":"good"}}"#),
        ("a: {<<: {<<: {r: evil}, r: good}}", #"{"a":{"r":"good"}}"#),
    ])
    func `merge at every level in the order of the text`(yaml: String, json: String) throws {
        #expect(String(decoding: try yamlDocument(yaml).json, as: UTF8.self) == json)
    }

    @Test func `replace a key above the merge key, as kubectl does, and warn`() throws {
        let document = try yamlDocument("x: 1\nw: 1\n<<: {x: 2, z: 2}\nw: 3\n")
        #expect(document.json == Array(#"{"x":2,"w":3,"z":2}"#.utf8))
        #expect(
            document.warnings.map(\.description).sorted() == [
                #"duplicate key "w" at line 4, column 1, first at line 2, column 1: the last one counts (remove one of them)"#,
                #"merge key at line 3, column 1 also brings "x", set at line 1, column 1: "#
                    + "the merged value counts, as in kubectl (move << above the other keys)",
            ]
        )
    }

    @Test(arguments: [
        // What a merged mapping merges is told where that stands, and again where it replaces more.
        ("m: &m {r: good, <<: {r: evil}}\na: {<<: *m}", [(1, 17)]),
        ("m: &m {r: evil}\na: {r: 1, <<: *m}\nb: {r: 1, <<: [*m, *m]}", [(2, 11), (3, 11)]),
        ("a: {r: 1, <<: {r: 2, <<: {r: 3}}}", [(1, 11), (1, 22)]),
        ("a: {r: 1, <<: {<<: {r: 3}}}", [(1, 11)]),
        ("a: {<<: {r: 2, r: 3}}", [(1, 16)]),
        ("a: {r: 1, <<: {r: 2}, r: 3}", [(1, 11)]),
    ])
    func `warn of every key a merge key replaces once`(yaml: String, places: [(Int, Int)]) throws {
        let warned = try yamlDocument(yaml).warnings.map { [$0.position.line, $0.position.column] }
        #expect(warned == places.map { [$0, $1] })
    }

    @Test func `merge many mappings of many keys`() throws {
        let lines = (0..<500).map { "m\($0): &m\($0) {k\($0): \($0), last: \($0)}" }
        let merge = "a: {k7: own, <<: [" + (0..<500).map { "*m\($0)" }.joined(separator: ", ") + "], k8: own}"
        let json = String(decoding: try yamlDocument((lines + [merge]).joined(separator: "\n")).json, as: UTF8.self)
        #expect(json.hasSuffix(#""k1":1,"k0":0}}"#))
        #expect(json.contains(#""a":{"k7":7,"k499":499,"last":0,"#))
        #expect(json.contains(#""k8":"own","#))
    }

    /// Which of two keys that only YAML tells apart is sent is left to the order of a Go map.
    @Test(arguments: [
        "{1: c, '1': d}", "{'1': c, 1: d}", "{true: c, 'true': d}", "{1: c, 1.0: d}", "{0.1: c, 0.100000000001: d}",
        "{.nan: c, .nan: d}", "{<<: {1: c}, '1': d}",
    ])
    func `refuse keys that become the same in JSON`(yaml: String) throws {
        #expect(try yamlError(yaml).contains("kubectl sends the value of either"))
    }

    @Test(arguments: ["1", "[1]", "[[{x: 1}]]", "x", ""])
    func `merge nothing but mappings`(value: String) throws {
        #expect(
            try yamlError("a:\n  <<: \(value)\n  b: 1").hasSuffix(
                "(give it an alias of a mapping, or put << in quotes)"
            )
        )
    }

    @Test(arguments: [
        ("a: {<<: x}\na: 1", "a list of mappings at line 1, column 9"),
        ("a: !!int x\na: 1", "is no !!int at line 1, column 4"),
        ("a: {<<: {x: !!binary '?'}, x: 1}", "!!binary holds no base64"),
        ("a: {[b]: 1}\na: 1", "JSON keys are strings"),
    ])
    func `refuse what is wrong in a value that another replaces`(yaml: String, error: String) throws {
        #expect(try yamlError(yaml).contains(error))
    }

    @Test func `do not merge an alias of a list`() throws {
        #expect(
            try yamlError("l: &l [{x: 1}]\na: {<<: *l}")
                == "the merge key << has a value that is neither a mapping nor a list of mappings at line 2, column 9 "
                + "(give it an alias of a mapping, or put << in quotes)"
        )
    }
}
