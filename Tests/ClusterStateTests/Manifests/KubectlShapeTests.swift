import ClusterState
import JSONPull
import Testing

/// What kubectl 1.32 was seen to take and to refuse (`kubectl label --local --filename FILE x=y --output name`).
@Suite struct `Shapes of manifests` {
    /// What a file holds: names of objects, and lines of what is refused or cannot be read.
    private func read(
        _ bytes: [UInt8],
        file: String = "f.yaml"
    ) -> (names: [String], refused: [Int], broken: [Int], none: Int) {
        var result = (names: [] as [String], refused: [] as [Int], broken: [] as [Int], none: 0)
        ManifestReader.objects(in: bytes, file: file) { item in
            switch item {
            case .object(let object):
                let name = try? unsafe JSONReader.read(object.json) { reader throws(JSONError) -> String in
                    var name = ""
                    try reader.readMembers { reader, key throws(JSONError) in
                        guard case "metadata" = key else {
                            try reader.skipValue()
                            return
                        }
                        try reader.readMembers { reader, _ throws(JSONError) in name += try reader.readString() ?? "" }
                    }
                    return name
                }
                result.names.append(name ?? "?")
            case .refused(let problem): result.refused.append(problem.position?.line ?? 0)
            case .problem(let problem): result.broken.append(problem.position?.line ?? 0)
            case .noObject: result.none += 1
            }
        }
        return result
    }

    private func read(
        _ text: String,
        file: String = "f.yaml"
    ) -> (names: [String], refused: [Int], broken: [Int], none: Int) {
        read(Array(text.utf8), file: file)
    }

    private static func yaml(_ name: String) -> String {
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name)}\n"
    }

    private static func json(_ name: String) -> String {
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\#(name)"}}"#
    }

    @Test(arguments: [
        yaml("a") + "---\n\u{FEFF}" + yaml("b"), "\u{FEFF}" + yaml("a") + "--- # c\n" + yaml("b"),
        yaml("a").replacing("\n", with: "\r\n") + "---\r\n" + yaml("b"), json("a") + json("b"),
        json("a") + "\n\n" + json("b"),
        yaml("a") + "---   \n---\nnull\n---\n" + yaml("b") + "...\n", yaml("a") + "...\n# c\n---\n" + yaml("b"),
        yaml("a") + "---\n" + json("b"), "\n\n  " + json("a") + json("b"),
        "apiVersion: v1\nkind: List\nitems:\n- \(json("a"))\n- \(json("b"))\n",
        "apiVersion: v1\nkind: ConfigMapList\nitems: [{metadata: {name: a}}, {metadata: {name: b}}]\n",
        // Whatever has items is a list.
        "apiVersion: x/v1\nkind: Foo\nitems: [\(json("a")), \(json("b"))]\n",
    ])
    func `that kubectl takes are taken`(text: String) {
        let result = read(text)
        #expect(
            result.names == ["a", "b"] && result.refused.isEmpty && result.broken.isEmpty && result.none == 0,
            "\(result)"
        )
    }

    @Test(arguments: [
        (yaml("a") + "\u{FEFF}---\n" + yaml("b"), 4), (yaml("a") + "--- {}\n", 4), ("---yes\n" + yaml("a"), 1),
        (yaml("a").replacing("\n", with: "\r") + "---\r" + yaml("b").replacing("\n", with: "\r"), 4),
        (yaml("a") + "...\n" + yaml("b"), 4), ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n", 1),
        (json("a") + "\n---\n" + json("b"), 2), (json("a") + " # comment\n", 1),
        ("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: List, items: [\(json("a"))]}\n", 4),
    ])
    func `that kubectl does not take are refused, with their line`(text: String, line: Int) {
        let result = read(text)
        #expect((result.refused + result.broken).min() == line, "\(result)")
    }

    @Test(arguments: [(true, [0xFE, 0xFF] as [UInt8]), (false, [0xFF, 0xFE])])
    func `in UTF-16 are read by their mark`(isBigEndian: Bool, mark: [UInt8]) {
        let text = Self.yaml("\u{1F600}").utf16.flatMap { unit in
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            return isBigEndian ? [high, low] : [low, high]
        }
        #expect(read(mark + text).names == ["\u{1F600}"])
        // Half a character more is none.
        #expect(read(mark + text + [0]).names == ["\u{1F600}"])
    }

    @Test(arguments: [
        ("apiVersion: v1\nkind: 7\nmetadata: {name: a}\n", 0, 1),
        ("apiVersion: 1\nkind: A\nmetadata: {name: a}\n", 0, 1),
        ("apiVersion: a/b/c\nkind: A\nmetadata: {name: a}\n", 0, 1), ("apiVersion: v2\nname: a\n", 1, 0), ("7\n", 1, 0),
        ("- a\n", 1, 0), ("apiVersion: v1\nkind: List\nitems: {a: b}\n", 0, 1),
        ("apiVersion: v1\nkind: List\nitems: [7]\n", 0, 1),
        ("apiVersion: v1\nkind: List\nitems: null\n", 0, 0), ("apiVersion: v1\nkind: List\nitems: [{a: b}]\n", 0, 1),
    ])
    func `that are no objects are told from broken ones`(text: String, none: Int, broken: Int) {
        let result = read(text)
        #expect(result.names.isEmpty && result.none == none && result.broken.count == broken, "\(result)")
    }

    @Test func `have lines that any of the three line ends ends`() {
        for end in ["\n", "\r\n", "\r"] {
            let text = [Self.json("a"), "", #"{"apiVersion":"v1","kind":"List","items":[7]}"#].joined(separator: end)
            #expect(read(text, file: "f.json").broken == [3], "\(Array(end.utf8))")
        }
    }
}
