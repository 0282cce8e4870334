import Offline
import TestPrograms
import Testing

@Suite struct `Input files` {
    @Test func `are found by patterns, sorted, each once`() throws {
        let folder = try Folder()
        for name in ["b.yaml", "a.yaml", "x/a.yaml", "x/y/a.yaml", ".hidden.yaml", "x/c.json"] {
            try folder.write("", to: name)
        }
        let found: (String) throws -> [String] = { pattern in
            var wildcards = PathPattern()
            return try wildcards.paths(matching: folder.path(pattern)).map {
                String($0.dropFirst(folder.path.utf8.count + 1))
            }
        }
        #expect(try found("*.yaml") == ["a.yaml", "b.yaml"])
        #expect(try found("**/*.yaml") == ["a.yaml", "b.yaml", "x/a.yaml", "x/y/a.yaml"])
        #expect(try found("**/**/a.yaml") == ["a.yaml", "x/a.yaml", "x/y/a.yaml"])
        #expect(try found("[ab].yaml") == ["a.yaml", "b.yaml"])
        #expect(try found("absent") == ["absent"])
        #expect(throws: (any Error).self) { try found("*.toml") }
    }

    @Test func `with a wildcard in their very name are themselves`() throws {
        let folder = try Folder()
        let path = try folder.write("", to: "[a].yaml")
        try folder.write("", to: "a.yaml")
        var pattern = PathPattern()
        #expect(try pattern.paths(matching: path) == [path])
    }

    @Test func `are refused with what to do about it`() throws {
        let folder = try Folder()
        let file = try folder.write("12345", to: "f")
        let read: (String, Int) throws -> [UInt8] = { path, bytes in
            try InputFile.contents(of: path, maximumBytes: bytes, name: "the file", remedies: ("mend it", "cut it"))
        }
        #expect(try read(file, 5) == Array("12345".utf8))
        let large = #expect(throws: CommandFailure.self) { try read(file, 4) }
        #expect(large?.message == "cannot use the file: more than 0 MiB; cut it")
        let absent = #expect(throws: CommandFailure.self) { try read(folder.path("absent"), 4) }
        #expect(absent?.message.utf8.starts(with: "cannot read the file: ".utf8) == true)
    }

    @Test func `of a policy name file, line and column of a mistake`() throws {
        let failure = #expect(throws: CommandFailure.self) {
            try PolicyFile.load(Array("kind: AgentRunPolicy\nspec: 1\n".utf8), file: "p\u{1B}.yaml")
        }
        #expect(failure?.message.contains("\u{1B}") == false && failure?.message.contains("p\\u001b.yaml") == true)
    }
}
