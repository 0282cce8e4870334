import Foundation
import TestCheckout
import TestPrograms

@testable import AdmissionServer

/// What `scripts/release` makes, of the executable under test; made once for all tests.
struct Release: Sendable {
    /// The version there is, by the one place that knows it.
    static let version = ProductVersion.number

    let folder: Folder
    /// Public half of the key that signed it.
    let publicKey: String

    /// The script failed.
    struct NotMade: Error, CustomStringConvertible {
        var description: String
    }

    static func made() async throws -> Release { try await once.value }

    private static let once = Task { try await make() }

    private static func make() async throws -> Release {
        let folder = try Folder()
        let key = folder.url.appending(path: "key.pem").path
        let publicKey = folder.url.appending(path: "public.pem").path
        _ = try await Program.named(
            "openssl",
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-out",
            key
        )
        _ = try await Program.named("openssl", "pkey", "-in", key, "-pubout", "-out", publicKey)
        let program = try await run(
            "--untagged",
            "--no-image",
            "--executable",
            Program.underTest,
            "--sign",
            key,
            "--output",
            folder.url.appending(path: "v\(version)").path,
            version
        )
        guard program.status == 0 else { throw NotMade(description: program.errors) }
        return Release(folder: folder, publicKey: publicKey)
    }

    static func run(_ arguments: String...) async throws -> Program {
        try await Program.run(Checkout.root.appending(path: "scripts/release").path, arguments)
    }

    /// Where its files are.
    var files: URL { folder.url.appending(path: "v\(Self.version)") }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: files.path).sorted() }
    }

    /// The file whose name has this ending.
    func file(_ ending: String) throws -> URL {
        guard let name = try names.first(where: { $0.hasSuffix(ending) }) else {
            throw NotMade(description: "no file of the release ends with \(ending)")
        }
        return files.appending(path: name)
    }

    func json(_ ending: String) throws -> Value {
        let documents = try Value.documents(try String(contentsOf: file(ending), encoding: .utf8))
        return documents.first ?? .null
    }
}
