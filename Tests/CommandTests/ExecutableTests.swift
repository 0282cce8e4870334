import Foundation
import TestPatience
import TestPrograms
import Testing

/// How the executable is linked that `scripts/build` makes; that of a debug build is not shipped.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["AGENTRUN_ADMISSION_EXECUTABLE"] != nil),
    .limit(minutes: 1)
)
struct `The executable that is shipped` {
    private func readelf(_ what: String) async throws -> String {
        let program = try await Program.named("readelf", "--wide", what, Program.underTest)
        try #require(program.status == 0, "\(program.errors)")
        return program.output
    }

    @Test func `lets nothing be changed that the dynamic linker has filled in`() async throws {
        #expect(try await readelf("--program-headers").contains("GNU_RELRO"))
        let dynamic = try await readelf("--dynamic")
        // Without it the table of functions stays writable, as each is looked up when it is first called.
        #expect(dynamic.matches(of: /\(FLAGS(_1)?\) .*\b(BIND_)?NOW\b/).count == 2, "\(dynamic)")
    }

    /// The rest of the image is 18.8 MB, and all of it is to be less than 60.
    @Test func `has nothing in it that nobody reads`() async throws {
        let size = try FileManager.default.attributesOfItem(atPath: Program.underTest)[.size] as? Int
        #expect(try #require(size) < 41_190_000)
        let sections = try await readelf("--section-headers")
        for section in [".bolt.org.eh_frame", ".debug_info", ".rela.text"] {
            #expect(!sections.contains(section), "\(section)")
        }
    }

    @Test func `takes libraries from where the system has them`() async throws {
        let dynamic = try await readelf("--dynamic")
        #expect(!dynamic.contains("RUNPATH") && !dynamic.contains("RPATH"), "\(dynamic)")
    }

    @Test func `is loaded anywhere, and has no code on its stack`() async throws {
        #expect(try await readelf("--file-header").contains("DYN"))
        let stack = try await readelf("--program-headers").split(separator: "\n").first { $0.contains("GNU_STACK") }
        #expect(stack?.contains("RWE") == false, "\(stack ?? "none")")
    }
}
