internal import FoundationEssentials

/// Where inputs to begin with come from, and where they go.
struct SeedFiles {
    let checkout: String
    let folder: String

    /// The contents of the files below a folder of the checkout that end so, in order.
    func contents(
        _ path: String,
        _ suffixes: String...,
        upTo maximumBytes: Int = .max
    ) throws -> [(name: String, bytes: [UInt8])] {
        let root = "\(checkout)/\(path)"
        let names = try FileManager.default.subpathsOfDirectory(atPath: root).sorted()
        return try names.filter { name in suffixes.contains { name.hasSuffix($0) } }.compactMap { name in
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(root)/\(name)")))
            return bytes.count <= maximumBytes ? (name, bytes) : nil
        }
    }

    func content(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: "\(checkout)/\(path)")))
    }

    func write(_ bytes: [UInt8], as name: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(folder)/\(name.replacing("/", with: "-"))"))
    }

    func write(_ text: String, as name: String) throws { try write(Array(text.utf8), as: name) }

    /// Parts, with the NUL bytes between them that ``Swift/Array/parts(_:)`` looks for.
    func write(parts: [[UInt8]], as name: String) throws { try write(Array(parts.joined(separator: [0])), as: name) }

    /// The words of a vocabulary, sorted.
    func words(_ vocabulary: Vocabulary) throws -> [String] {
        var words = Set(vocabulary.tokens)
        for folder in vocabulary.sources {
            for (_, text) in try contents(folder, ".swift") { words.formUnion(Self.literals(in: text)) }
        }
        return words.sorted()
    }

    /// String literals of a word or two, without escapes.
    private static func literals(in source: [UInt8]) -> [String] {
        source.split(separator: 0x0A).flatMap { line in
            let parts = line.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
            return parts.indices.filter { !$0.isMultiple(of: 2) && $0 < parts.count - 1 }.map { Array(parts[$0]) }
        }
        .filter { word in
            (2...40).contains(word.count) && word.allSatisfy { (0x21..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }
        }
        .map(\.text)
    }
}
