import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// What a release consists of, what vouches for it, and what judges manifests with it.
@Suite(.limit(minutes: 4)) struct `A release` {
    @Test func `has each part, and a checksum of each`() async throws {
        let release = try await Release.made()
        let endings = [
            "SHA256SUMS", "SHA256SUMS.sig", "-chart.tgz", ".cyclonedx.json", ".spdx.json", ".tar.gz",
            "-manifests.tar.gz",
            ".schema.json", ".intoto.json",
        ]
        for ending in endings { _ = try release.file(ending) }
        let sums = try String(contentsOf: release.file("SHA256SUMS"), encoding: .utf8)
        let summed = sums.split(separator: "\n").map { String($0.dropFirst(66)) }.sorted()
        #expect(try summed == release.names.filter { !$0.hasPrefix("SHA256SUMS") })
        let check = try await Program.named(
            "env",
            "--chdir",
            release.files.path,
            "sha256sum",
            "--check",
            "--strict",
            "SHA256SUMS"
        )
        #expect(check.status == 0, "\(check.errors)")
        let verified = try await Program.named(
            "openssl",
            "dgst",
            "-sha256",
            "-verify",
            release.publicKey,
            "-signature",
            release.file("SHA256SUMS.sig").path,
            release.files.appending(path: "SHA256SUMS").path
        )
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
    }

    @Test func `names what is in it, in both bills of materials alike`() async throws {
        let release = try await Release.made()
        let pins = try Value.documents(Checkout.text("Package.resolved")).first?["pins"].array ?? []
        let spdx = try release.json(".spdx.json")
        let packages = spdx["packages"].array.dropFirst()
        let components = try release.json(".cyclonedx.json")["components"].array
        #expect(packages.compactMap { $0["name"].string } == components.compactMap { $0["name"].string })
        #expect(packages.compactMap { $0["versionInfo"].string } == components.compactMap { $0["version"].string })
        for pin in pins {
            let package = packages.first { $0["name"].string == pin["identity"].string }
            #expect(package?["versionInfo"] == pin["state"]["version"], "\(pin["identity"])")
            #expect(package?["licenseDeclared"].string?.hasPrefix("Apache-2.0") == true)
        }
        #expect(packages.contains { $0["name"].string?.hasPrefix("libssl") == true })
        let ids = spdx["packages"].array.compactMap { $0["SPDXID"].string }
        #expect(Set(ids).count == ids.count)
        #expect(Set(spdx["relationships"].array.compactMap { $0["relatedSpdxElement"].string }) == Set(ids))
        let purls = components.compactMap { $0["purl"].string }
        #expect(purls.count == components.count && purls.allSatisfy { $0.hasPrefix("pkg:") })
    }

    @Test func `says of what commit each file was made`() async throws {
        let release = try await Release.made()
        let statement = try release.json(".intoto.json")
        let commit = try await Program.named("git", "-C", Checkout.root.path, "rev-parse", "HEAD").output
        let dependencies = statement["predicate"]["buildDefinition"]["resolvedDependencies"].array
        #expect(dependencies.first?["digest"]["gitCommit"].string == commit.trimmingCharacters(in: .newlines))
        #expect(statement["predicate"]["buildDefinition"]["externalParameters"]["untagged"].bool == true)
        #expect(statement["subject"].array.count >= 6)
    }

    @Test(arguments: [
        (["9.9.9"], "says \(Release.version), not 9.9.9"), ([Release.version], "v\(Release.version)"),
        ([], "name the version"),
        (["--untagged", "--sign", "/dev/null", Release.version], "no private key"),
        (["--untagged", "--executable", "/nonexistent", Release.version], "/nonexistent"),
        (["--untagged", "--output", "/tmp", Release.version], "there already"),
    ])
    func `is not made of what is not ready`(arguments: [String], reason: String) async throws {
        let script = Checkout.root.appending(path: "scripts/release").path
        let program = try await Program.run(script, arguments)
        // A checkout with changes is told before a tag that is missing.
        let isDirty = arguments == [Release.version] && program.errors.contains("changes that are not committed")
        #expect(program.status != 0 && (program.errors.contains(reason) || isDirty), "\(program.errors)")
    }

    // MARK: Judging with it

    private static let denied = """
        apiVersion: agents.proompteng.ai/v1alpha1
        kind: AgentRun
        metadata: { name: a, namespace: agents }
        spec: { agentRef: { name: a }, runtime: { type: Job } }
        """

    private func check(_ release: Release, _ arguments: String...) async throws -> Program {
        let script = Checkout.root.appending(path: "scripts/check-with-release").path
        let releases = ["--releases", "file://\(release.folder.url.path)"]
        return try await Program.run(script, releases + arguments)
    }

    @Test func `judges manifests, with annotations and SARIF`() async throws {
        let release = try await Release.made()
        let folder = try Folder()
        let file = try folder.write(Self.denied, to: "run.yaml")
        let sarif = folder.url.appending(path: "x.sarif")
        let program = try await check(
            release,
            "--version",
            Release.version,
            "--sha256",
            "",
            "--sarif",
            sarif.path,
            "--output",
            "github",
            "--",
            file
        )
        #expect(program.status == 1 && program.output.contains("::error "), "\(program.errors)")
        let results = try Value.documents(String(contentsOf: sarif, encoding: .utf8)).first?["runs"].array.first?[
            "results"
        ]
        #expect(results?.array.isEmpty == false)
    }

    @Test(arguments: [
        (["--version", Release.version, "--sha256", String(repeating: "0", count: 64)], "do not use it"),
        (["--version", Release.version, "--sha256", "x"], "64 hexadecimal digits"),
        (["--version", "1.0.0/../../x"], "no version"), (["--version", "9.9.9"], "has no agentrun-admission-9.9.9"),
        (["--sha256", "x"], "--version are needed"),
    ])
    func `runs nothing that is not the release`(arguments: [String], reason: String) async throws {
        let release = try await Release.made()
        let script = Checkout.root.appending(path: "scripts/check-with-release").path
        let program = try await Program.run(
            script,
            ["--releases", "file://\(release.folder.url.path)"] + arguments + ["--", "."]
        )
        #expect(program.status == 2 && program.errors.contains(reason), "\(program.errors)")
    }

    @Test func `is what action and template name by default`() throws {
        let action = try #require(try Value.documents(Checkout.text("action.yml")).first)
        #expect(action["inputs"]["version"]["default"].string == Release.version)
        let step = action["runs"]["steps"].array.first ?? .null
        // A value in the text of a command would be a command.
        #expect(step["run"].string?.contains("${{") == false)
        #expect(step["env"].object.count == 7)
        let template = try #require(try Value.documents(Checkout.text("deploy/ci/gitlab.yml")).first)
        #expect(template["agentruns"]["variables"]["AGENTRUN_VERSION"].string == Release.version)
        for text in [step["run"].string, template["agentruns"]["script"].array.first?.string] {
            let script = try #require(text)
            let variables = script.matches(
                of: #/\$\{?(AGENTRUN_[A-Z0-9]+|PATHS|ARGUMENTS|VERSION|DIGEST|RELEASES|SARIF|ACTION)/#
            )
            for variable in variables {
                let name = String(variable.output.1)
                #expect(step["env"][name] != .null || template["agentruns"]["variables"][name] != .null, "\(name)")
            }
            #expect(!variables.isEmpty)
        }
    }
}
