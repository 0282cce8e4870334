import JSONPull
import ManifestEdits
import TestRandomness
import Testing
import YAMLPull

/// Texts that nobody wrote on purpose: nothing may trap, whatever is asked for, and what comes out has all bytes it should have.
@Suite struct `Hostile texts` {
    private static let seeds = [
        "a: 1\nspec:\n  secrets: [x, 'y', \"z\"] # c\n  p: { k: v, l: [1, 2] }\n  t: |\n    one\n\n  u: >-\n    two\n",
        "spec: &s\n- a: 1\n  b: *s\n- - c: 2\n  - d: 3\n<<: {k: !t v}\n? x\n: y\n",
        "{\"spec\": {\"secrets\": [\"a\"], \"p\": {}}, \"a\": 7}\n{\"a\": 1}\n",
        "\u{FEFF}---\r\nspec:\r\n  p:\r\n    \"q\": 'r'\t# é\r\n  secrets:\r\n  - é\r\n...\r\n---\r\na: 1\r\n",
    ]
    private static let pieces = [
        "\n", "\r\n", "\r", " ", "  ", "\t", "#", " # x", ":", ": ", "- ", "-", "?", ",", "{", "}", "[", "]", "\"", "'",
        "&a ",
        "*a", "<<", "!!str ", "|", ">", "|+\n", "---\n", "...\n", "\u{85}", "\u{2028}", "é", "\u{FEFF}", "~", "spec",
        "\\", "0x1f",
    ]
    private static let patches = [
        JSONPatch([.remove(path: "/spec")]), JSONPatch([.remove(path: "/a")]), JSONPatch([.remove(path: "/spec/p/k")]),
        JSONPatch([.remove(path: "/spec/0/a")]), JSONPatch([.remove(path: "/spec/t"), .remove(path: "/spec/u")]),
        JSONPatch([.replace(path: "/a", value: "7")]), JSONPatch([.append(path: "/spec/secrets/-", value: "n")]),
        JSONPatch([.addList(path: "/spec/p/new", values: ["n"])]), JSONPatch([.move(from: "/a", path: "/spec/a")]),
        JSONPatch([.remove(path: "")]), JSONPatch([.move(from: "/a", path: "/b")]),
    ]

    @Test func `are changed or left alone, and nothing else`() {
        var random = SplitMix(seed: 7)
        var made = 0
        for _ in 0..<4000 {
            var text = Array((Self.seeds.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0...text.count, using: &random)
                if Bool.random(using: &random) {
                    let end = min(text.count, place + Int.random(in: 0...4, using: &random))
                    text.removeSubrange(place..<end)
                } else {
                    text.insert(contentsOf: Array((Self.pieces.randomElement(using: &random) ?? "").utf8), at: place)
                }
            }
            guard let manifest = ManifestText(text) else { continue }
            var starts = [SourcePosition(line: 1, column: 1), SourcePosition(line: 0, column: 0)]
            YAMLReader.documents(in: text) { document throws(Never) in
                if case .success(let document) = document { starts.append(document.position) }
            }
            for start in starts {
                for patch in Self.patches {
                    guard case .success(let edits) = manifest.edits(for: patch, at: start) else { continue }
                    made += 1
                    let gone = edits.reduce(0) { $0 + $1.range.count }
                    let come = edits.reduce(0) { $0 + $1.newText.count }
                    #expect(TextEdit.applying(edits, to: text).count == text.count - gone + come)
                }
            }
            let hidden = manifest.textsToHide(unless: { _ in false }, keys: { _ in false })
            #expect(hidden.allSatisfy { $0.upperBound <= text.count })
            #expect(zip(hidden, hidden.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound })
        }
        #expect(made > 1000, "\(made)")
    }
}
