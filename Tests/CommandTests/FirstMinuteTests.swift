import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// What the README shows first, and what it says to try first.
@Suite(.limit(minutes: 2)) struct `The first minute` {
    private static func script(_ name: String, _ arguments: String...) async throws -> Program {
        try await Program.run(
            Checkout.root.appending(path: "scripts/\(name)").path,
            ["--server", Program.underTest] + arguments
        )
    }

    @Test func `is shown as it is`() async throws {
        let program = try await Self.script("recording", "--check")
        #expect(program.status == 0, "\(program.errors)")
        let picture = try String(contentsOf: Checkout.root.appending(path: "docs/first-look.svg"), encoding: .utf8)
        for said in ["PromptOverride", "HeadBranchConflict", "MissingAgent", "hides", "predicted"] {
            #expect(picture.contains(said), "\(said) is not in the picture")
        }
        let readMe = try String(contentsOf: Checkout.root.appending(path: "README.md"), encoding: .utf8)
        #expect(readMe.contains("(docs/first-look.svg)"))
    }

    @Test func `goes as the demo promises, and installs nothing when it shall not`() async throws {
        let program = try await Self.script("demo", "--no-install")
        #expect(program.status == 0, "\(program.output)\(program.errors)")
        #expect(program.output.contains("All 11 answers are as promised."))
    }

    @Test func `says what is missing in place of installing it`() async throws {
        let library = Checkout.root.appending(path: "scripts/lib.sh").path
        let program = try await Program.named(
            "bash",
            "-c",
            ". \"$1\"; package_catalogue='nothing|/nothing/there|to see'; no_install=true; need_packages nothing",
            "bash",
            library
        )
        #expect(program.status == 2)
        #expect(program.errors.contains("nothing is installed with --no-install"))
        #expect(program.errors.contains("to see"))
    }
}
