import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// What `scripts/build.d/trim.py` leaves of an executable; that of a test is the one for tests, or the one that is shipped.
@Suite(.limit(minutes: 2)) struct `A trimmed executable` {
    private func trim(_ path: String) async throws -> Program {
        try await Program.run(Checkout.root.appending(path: "scripts/build.d/trim.py").path, [path])
    }

    /// The symbols of a file, without the first, which is none: address, type and name of each.
    private func symbols(_ path: String) async throws -> [(address: Substring, type: Substring, name: Substring)] {
        // Where there are two tables, the second is the one that is not loaded.
        let script = "readelf --wide --symbols \"$1\" | sed '1,/\\.symtab/d'"
        let lines = try await Program.named("bash", "-c", script, "-", path).output.split(separator: "\n").dropFirst(2)
        return lines.compactMap {
            let words = $0.split(separator: " ", maxSplits: 7)
            return words.count == 8 && words[6] != "UND" ? (words[1], words[3], words[7]) : nil
        }
    }

    @Test func `runs as before, and has one name for each function`() async throws {
        let folder = try Folder()
        let path = folder.path("executable")
        try FileManager.default.copyItem(atPath: Program.underTest, toPath: path)
        let before = try await symbols(path)
        let trimmed = try await trim(path)
        try #require(trimmed.status == 0, "\(trimmed.errors)")
        let after = try await symbols(path)
        #expect(after.allSatisfy { $0.type == "FUNC" })
        #expect(Set(after.map(\.address)) == Set(before.filter { $0.type == "FUNC" }.map(\.address)))
        #expect(Set(after.map(\.address)).count == after.count)
        let names = Set(before.map { "\($0.address) \($0.name)" })
        let shared: Set<Substring> = [
            "value_witness", "outlined_copy_of_value", "witness_table_accessor", "type_metadata_accessor",
        ]
        #expect(after.allSatisfy { names.contains("\($0.address) \($0.name)") || shared.contains($0.name) })
        // They are a few of all, and what somebody wrote has its name.
        #expect(after.contains { $0.name == "value_witness" })
        #expect(after.count { $0.name.hasPrefix("$s") } > after.count / 2)

        let version = try await Program.run(path, ["version"])
        #expect(version.status == 0, "\(version.errors)")
        #expect(version.output == (try await Program.agentrunAdmission("version").output))

        let once = try Data(contentsOf: URL(filePath: path))
        #expect(try await trim(path).status == 0)
        #expect(try Data(contentsOf: URL(filePath: path)) == once, "there is nothing to take out any more")
    }

    @Test func `is not made of what is none`() async throws {
        let folder = try Folder()
        let text = try folder.write("#!/bin/sh\n", to: "script")
        var program = try await trim(text)
        #expect(program.status == 1 && program.errors.contains("no executable of 64 bits"), "\(program.errors)")
        #expect(try folder.text("script") == "#!/bin/sh\n")

        // Debian's programs have no names.
        let path = folder.path("true")
        try FileManager.default.copyItem(atPath: "/usr/bin/true", toPath: path)
        program = try await trim(path)
        #expect(program.status == 1 && program.errors.contains("no symbol table"), "\(program.errors)")
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(contentsOf: URL(filePath: "/usr/bin/true")))
    }
}
