import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// `scripts/uninstall`, with a kubectl that writes down how it was called.
@Suite(.limit(minutes: 1)) struct `Uninstalling` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    /// Puts a kubectl in the folder that writes down its arguments and then does what `script` says.
    private func install(_ script: String) throws {
        let file = folder.url.appending(path: "kubectl")
        let text = "#!/bin/sh\nprintf '%s\\n' \"$*\" >> \(folder.url.path)/calls\n\(script)\n"
        try text.write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    private func uninstall(_ arguments: String...) async throws -> Program {
        let script = Checkout.root.appending(path: "scripts/uninstall").path
        return try await Program.run(script, arguments, searchPath: folder.url.path)
    }

    /// What was deleted, as `kind name`.
    private var deleted: [String] {
        get throws {
            try String(contentsOf: folder.url.appending(path: "calls"), encoding: .utf8).split(separator: "\n")
                .compactMap { $0.firstMatch(of: /delete ([a-z]+ [a-z-]+)/).map { String($0.output.1) } }
        }
    }

    private static let everythingIsThere = """
        case $* in
          *jsonpath*) printf agentrun-admission ;;
          *get*) printf found ;;
        esac
        """

    @Test func `removes the webhook configuration before all else`() async throws {
        try install(Self.everythingIsThere)
        let program = try await uninstall("--context", "staging")
        #expect(program.status == 0, "\(program.errors)")
        #expect(try deleted.first == "validatingwebhookconfiguration agentrun-admission")
        #expect(program.errors.hasPrefix("removed  validatingwebhookconfiguration agentrun-admission\n"))
        let calls = try String(contentsOf: folder.url.appending(path: "calls"), encoding: .utf8).split(separator: "\n")
        #expect(calls.allSatisfy { $0.hasPrefix("--context staging ") })
    }

    @Test func `removes everything outside the namespace that any overlay makes`() async throws {
        try install(Self.everythingIsThere)
        _ = try await uninstall()
        var made: Set<String> = []
        for folder in Installation.folders {
            let installation = try await Installation.render(folder)
            for object in installation.objects where object["metadata"]["namespace"] == .null {
                made.insert("\((object["kind"].string ?? "").lowercased()) \(object["metadata"]["name"].string ?? "")")
            }
            // All else goes with the namespace.
            let namespaces = Set(installation.objects.compactMap { $0["metadata"]["namespace"].string })
            #expect(namespaces == ["agentrun-admission"])
        }
        #expect(made.contains("clusterrole agentrun-admission-certs"))
        #expect(Set(try deleted) == made)
    }

    @Test func `of what is not there is no error`() async throws {
        try install("")
        let program = try await uninstall()
        #expect(program.status == 0)
        #expect(try folderHasNoDeletion())
        #expect(program.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("absent   ") }, "\(program.errors)")
    }

    @Test func `stops when the webhook configuration cannot be removed`() async throws {
        try install(#"case $* in *delete*) echo "no right" >&2; exit 1 ;; *jsonpath*) ;; *get*) printf found ;; esac"#)
        let program = try await uninstall()
        #expect(program.status == 2)
        #expect(try deleted == ["validatingwebhookconfiguration agentrun-admission"])
        #expect(program.errors.contains("no right") && program.errors.contains("run this again"))
    }

    @Test func `leaves a namespace that is not its own`() async throws {
        try install("case $* in *jsonpath*) ;; *get*) printf found ;; esac")
        let program = try await uninstall()
        #expect(program.status == 0)
        #expect(try !deleted.contains { $0.hasPrefix("namespace") })
        #expect(program.errors.contains("kept     namespace agentrun-admission"))
    }

    private func folderHasNoDeletion() throws -> Bool { try deleted.isEmpty }
}
