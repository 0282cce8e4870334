import JSONPull
import Testing
import YAMLPull

@Suite struct `YAML limits` {
    private static let bomb = "aliases multiply the document at "

    @Test func `allow 900 levels of every kind`() throws {
        let depth = YAMLLimits().maximumDepth
        #expect(depth == 900)
        let brackets = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(try yamlDocument(brackets).json == Array(brackets.utf8))
        _ = try yamlDocument(String(repeating: "{a: ", count: depth) + String(repeating: "}", count: depth))
        _ = try yamlDocument(String(repeating: "- ", count: depth) + "x")
        _ = try yamlDocument((0..<depth).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"))
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "[{a: "])
    func `refuse more levels, however many, without the stack`(piece: String) throws {
        for count in [901, 10_000, 200_000] {
            let error = try yamlError(String(repeating: piece, count: count))
            #expect(error.hasPrefix("nested deeper than 900 levels at line 1, column "))
            #expect(error.hasSuffix(" (flatten the document)"))
        }
    }

    @Test func `count levels through aliases, and read on`() throws {
        let nested = (1..<10).map { "- &a\($0) [*a\($0 - 1)]\n" }.joined()
        var limits = YAMLLimits()
        limits.maximumDepth = 8
        let results = yamlResults("- &a0 [x]\n\(nested)---\nb: [[[[[[[[1]]]]]]]]\n---\nok: 1", limits: limits)
        let lines = results.map { result in
            switch result {
            case .success(let document): String(decoding: document.json, as: UTF8.self)
            case .failure(let error): error.description
            }
        }
        #expect(
            lines == [
                "nested deeper than 8 levels at line 2, column 8 (flatten the document)",
                "nested deeper than 8 levels at line 12, column 11 (flatten the document)",
                #"{"ok":1}"#,
            ]
        )
    }

    @Test(arguments: [
        (0..<11).map {
            $0 == 0 ? "- &a0 [x, x]" : "- &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ","))]"
        },
        (0..<11).map {
            $0 == 0
                ? "- &a0 {x: 1}"
                : "- &a\($0) {<<: [\(Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ","))]}"
        },
        [
            "- &a {" + String(repeating: "k: 1, ", count: 10_000) + "}",
            "- [" + String(repeating: "*a,", count: 10_000) + "]",
        ],
        ["- &a {x: 1}"] + (1..<3_000).map { "- &a\($0) {<<: *a\($0 == 1 ? "" : "\($0 - 1)")}" },
    ])
    func `refuse alias bombs`(lines: [String]) throws {
        let error = try yamlError(lines.joined(separator: "\n"))
        #expect(error.hasPrefix(Self.bomb))
        #expect(error.hasSuffix(" (write the values out instead of *aliases)"))
    }

    @Test func `allow the aliases people write`() throws {
        let uses = (0..<500).map { "- {<<: *base, name: n\($0), env: *env}\n" }.joined()
        let yaml = "- &base {image: x, env: &env [{name: A, value: b}]}\n\(uses)"
        #expect(try yamlDocument(yaml).warnings.isEmpty)
    }

    @Test func `bound the JSON`() throws {
        var limits = YAMLLimits()
        limits.maximumJSONBytes = 1_000
        let yaml = "a: &a \"\(String(repeating: "x", count: 200))\"\nb: [*a, *a, *a, *a, *a]"
        #expect(
            try yamlError(yaml, limits: limits)
                == "the document becomes more than 1000 bytes of JSON at line 2, column 17 (split it, or use fewer aliases)"
        )
    }

    @Test func `bound the text`() throws {
        var limits = YAMLLimits()
        limits.maximumTextBytes = 4
        #expect(
            try yamlError("a: 12", limits: limits)
                == "the text has 5 bytes, more than 4 at line 1, column 1 (split the file)"
        )
    }
}
