import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// A release whose executable is the image's, which is made where there is no Swift toolchain.
@Suite(.limit(minutes: 4)) struct `A release of an image` {
    /// The parts of an image that a release looks at, in two layers, of which one is compressed.
    private static let image = """
        set -euo pipefail
        cd "$1"
        mkdir -p programs/usr/bin rest/var/lib/dpkg/status.d rest/usr/share/doc/agentrun-admission/licences
        printf '#!/bin/sh\\necho the executable of the image\\n' >programs/usr/bin/agentrun-admission
        chmod 755 programs/usr/bin/agentrun-admission
        cd rest/usr/share/doc
        cat >agentrun-admission/materials.json
        printf 'Apache License\\nVersion 2.0, January 2004\\n' >agentrun-admission/licences/swift-nio.txt
        printf 'The SwiftNIO Project\\n' >agentrun-admission/licences/swift-nio-notice.txt
        printf 'Apache License\\nVersion 2.0, January 2004\\n## Runtime Library Exception\\n' >agentrun-admission/licences/swift-runtime.txt
        for package in base-files libssl3; do
          mkdir "$package"
          printf 'The licence of %s\\n' "$package" >"$package/copyright"
          printf 'Package: %s\\nVersion: 1.0\\nArchitecture: amd64\\n' "$package" >"$1/rest/var/lib/dpkg/status.d/$package"
        done
        printf '0  usr/lib/x86_64-linux-gnu/libssl.so.3\\n' >"$1/rest/var/lib/dpkg/status.d/libssl3.md5sums"
        printf '0  etc/debian_version\\n' >"$1/rest/var/lib/dpkg/status.d/base-files.md5sums"
        cd "$1"
        tar --create --file one.tar --directory programs .
        tar --create --gzip --file two.tar --directory rest .
        printf '[{"Layers": ["one.tar", "two.tar"]}]' >manifest.json
        tar --create --file image.tar manifest.json one.tar two.tar
        """

    private static let materials = """
        [{"kind": "swift", "name": "swift-nio", "version": "2.0.0", "revision": "0123456789012345678901234567890123456789",
          "source": "https://example.org/swift-nio", "purl": "pkg:swift/example.org/swift-nio@2.0.0"},
         {"kind": "toolchain", "name": "swift-runtime", "version": "6.9", "source": "https://example.org/swift",
          "purl": "pkg:github/swiftlang/swift@swift-6.9-RELEASE"}]
        """

    /// Runs `scripts/release` without a compiler on the path.
    private func release(_ arguments: String...) async throws -> Program {
        let script = Checkout.root.appending(path: "scripts/release").path
        return try await Program.run("/usr/bin/env", ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", script] + arguments)
    }

    private func json(_ folder: String, _ name: String) throws -> Value {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        return try #require(try Value.documents(text).first)
    }

    private func names(_ value: Value) -> [String] { value.array.compactMap { $0["name"].string } }

    @Test func `has its executable, and tells what the image tells`() async throws {
        let folder = try Folder()
        let made = try await Program.named(
            "bash",
            "-c",
            Self.image,
            "-",
            folder.path,
            input: Array(Self.materials.utf8)
        )
        try #require(made.status == 0, "\(made.errors)")
        let output = folder.path("release")
        let image = folder.path("image.tar")
        let program = try await release(
            "--untagged",
            "--from-image",
            "--image",
            image,
            "--output",
            output,
            "v\(Release.version)"
        )
        try #require(program.status == 0, "\(program.errors)")

        let name = "agentrun-admission-\(Release.version)"
        let platform = try await Program.named("uname", "-m").output.trimmingCharacters(in: .newlines)
        let archive = "\(name)-linux-\(platform)"
        let unpacked = try await Program.named(
            "tar",
            "--extract",
            "--file",
            "\(output)/\(archive).tar.gz",
            "--directory",
            folder.path
        )
        #expect(unpacked.status == 0, "\(unpacked.errors)")
        let executable = try await Program.run(folder.path("\(archive)/agentrun-admission"), [])
        #expect(executable.output == "the executable of the image\n")
        let licences = try FileManager.default.contentsOfDirectory(atPath: folder.path("\(archive)/licences")).sorted()
        #expect(licences == ["libssl3.txt", "swift-nio-notice.txt", "swift-nio.txt", "swift-runtime.txt"])

        // base-files is in the image, and in no executable.
        let inside = ["libssl3", "swift-nio", "swift-runtime"]
        let components = try json(output, "\(archive).cyclonedx.json")["components"]
        #expect(names(components).sorted() == inside)
        let whole = try json(output, "\(name)-image-linux-\(platform).cyclonedx.json")["components"]
        #expect(names(whole).sorted() == ["base-files"] + inside)
        #expect(
            components.array.contains {
                $0["licenses"].array.first?["expression"].string == "Apache-2.0 WITH Swift-exception"
            }
        )

        let statement = try json(output, "\(name).intoto.json")
        #expect(statement["predicate"]["buildDefinition"]["internalParameters"]["swift"].string == "6.9")
        let image64 = try await Program.named(
            "bash",
            "-c",
            "gzip -dc \"$1\" | cmp - \"$2\"",
            "-",
            "\(output)/\(name)-image-linux-\(platform).tar.gz",
            image
        )
        #expect(image64.status == 0, "\(image64.errors)")
    }

    @Test(arguments: [
        (["--from-image", "--no-image"], "there is an image"),
        (["--from-image", "--executable", "/bin/true"], "no --executable"),
        (["--image", "/nonexistent"], "scripts/image --output"),
    ])
    func `is not made without one`(arguments: [String], reason: String) async throws {
        let script = Checkout.root.appending(path: "scripts/release").path
        let program = try await Program.run(script, ["--untagged"] + arguments + [Release.version])
        #expect(program.status == 2 && program.errors.contains(reason), "\(program.errors)")
    }
}
