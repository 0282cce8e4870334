import JSONPull
import ManifestEdits
import TestPatience
import TestRandomness
import Testing
import YAMLPull

/// Random mappings in random layouts, with comments, quotes and texts of several lines.
private struct RandomManifest {
    private var random: SplitMix
    private(set) var text = ""
    /// Pointers of members, with whether the value is a text on one line.
    private(set) var members: [(pointer: String, isText: Bool)] = []
    private(set) var lists: [String] = []
    private let lineEnd: String

    init(seed: UInt64) {
        random = SplitMix(seed: seed)
        lineEnd = Bool.random(using: &random) ? "\n" : "\r\n"
        if chance(3) { line("# first") }
        block(indent: 0, pointer: "", depth: 0)
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    private mutating func line(_ content: String) { text += content + lineEnd }

    private mutating func comment() -> String { chance(4) ? " # x: \"{y}\" - ü" : "" }

    private mutating func key(_ index: Int) -> (written: String, name: String) {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: ("\"k\(index)\"", "k\(index)")
        case 1: ("'k \(index)'", "k \(index)")
        case 2: ("ké\(index)", "ké\(index)")
        default: ("k\(index)", "k\(index)")
        }
    }

    private mutating func scalar() -> (written: String, isText: Bool) {
        let values: [(String, Bool)] = [
            ("one", true), ("'it''s'", true), ("\"a \\\" b\"", true), ("7", false), ("true", false), ("x y", true),
            ("{ a: 1, b: [2, 3] }", false), ("[]", false), ("{}", false), ("~", false),
        ]
        return values.randomElement(using: &random) ?? ("one", true)
    }

    private mutating func block(indent: Int, pointer: String, depth: Int, isBehindHyphen: Bool = false) {
        let margin = String(repeating: " ", count: indent)
        for index in 0..<Int.random(in: 1...4, using: &random) {
            if index > 0 || !isBehindHyphen {
                if chance(5) { line("\(margin)# above \(index)") }
                if chance(8) { line("") }
            }
            let (written, name) = key(index)
            let path = "\(pointer)/\(name)"
            text += index == 0 && isBehindHyphen ? written : margin + written
            switch depth < 3 ? Int.random(in: 0..<8, using: &random) : 9 {
            case 0, 1:
                line(":\(comment())")
                block(indent: indent + 2, pointer: path, depth: depth + 1)
                members.append((path, false))
            case 2:
                line(":\(comment())")
                let dash = margin + (chance(2) ? "" : "  ")
                for element in 0..<Int.random(in: 1...3, using: &random) {
                    text += "\(dash)- "
                    block(
                        indent: dash.utf8.count + 2,
                        pointer: "\(path)/\(element)",
                        depth: depth + 1,
                        isBehindHyphen: true
                    )
                }
                members.append((path, false))
            case 3:
                line(": |\(chance(2) ? "-" : "")")
                line("\(margin)  some # text")
                if chance(2) { line("") }
                line("\(margin)    more: of it")
                members.append((path, false))
            case 4:
                line(":\(comment())")
                for element in ["a", "'b'"] { line("\(margin)  - \(element)\(comment())") }
                members.append((path, false))
                lists.append(path)
            default:
                let (value, isText) = scalar()
                line(": \(value)\(comment())")
                members.append((path, isText))
            }
        }
    }

    /// A patch of one to three operations.
    mutating func patch() -> JSONPatch {
        var patch = JSONPatch()
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            guard let member = members.randomElement(using: &random) else { continue }
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where member.isText:
                let values = ["two", "yes", "a # b", "it's", "\"", "ü: x"]
                patch.add(.replace(path: member.pointer, value: values.randomElement(using: &random) ?? "two"))
            case 1:
                if let list = lists.randomElement(using: &random) {
                    patch.add(.append(path: "\(list)/-", value: "c d"))
                }
            case 2: patch.add(.addList(path: JSONPatchPath.sibling(of: member.pointer), values: ["p", "true"]))
            default: patch.add(.remove(path: member.pointer))
            }
        }
        return patch
    }
}

private enum JSONPatchPath {
    static func sibling(of pointer: String) -> String {
        pointer.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/new"
    }
}

@Suite(.apart) struct `Random manifests` {
    private func json(_ text: [UInt8]) -> [UInt8]? {
        var found: [UInt8]?
        YAMLReader.documents(in: text) { document throws(Never) in
            if case .success(let document) = document { found = document.json }
        }
        return found
    }

    private func start(_ text: [UInt8]) -> SourcePosition? {
        var found: SourcePosition?
        YAMLReader.documents(in: text) { document throws(Never) in
            if case .success(let document) = document { found = document.position }
        }
        return found
    }

    @Test func `say after an edit what the patch says`() throws {
        var made = 0
        for seed in 0..<3000 as Range<UInt64> {
            var manifest = RandomManifest(seed: seed)
            let text = Array(manifest.text.utf8)
            let before = try #require(json(text), "seed \(seed)")
            let patch = manifest.patch()
            // What a patch takes away cannot be changed by another part of it.
            guard let expected = patch.applied(to: before),
                case .success(let edits)? = ManifestText(text)?.edits(for: patch, at: try #require(start(text)))
            else { continue }
            made += 1
            let after = TextEdit.applying(edits, to: text)
            let shown = "seed \(seed): \(patch.json)\n\(manifest.text)\n\(String(decoding: after, as: UTF8.self))"
            let changed = try #require(json(after), "\(shown)")
            let isSame = try unsafe changed.withUnsafeBytes { one in
                try unsafe expected.withUnsafeBytes { other in try unsafe JSONEquality.areEqual(one, other) }
            }
            #expect(isSame, "\(shown)")
            // Comments in other lines stay, and line ends.
            let isCRLF = manifest.text.utf8.contains(0x0D)
            #expect(
                after.indices.allSatisfy { after[$0] != 0x0A || (($0 > 0 && after[$0 - 1] == 0x0D) == isCRLF) },
                "\(shown)"
            )
        }
        #expect(made > 1500, "\(made)")
    }
}
