import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

@testable import AdmissionServer

/// The image: what `deploy/Containerfile` says of it, and what `scripts/image.d/assemble` refuses to put together.
@Suite(.limit(minutes: 3)) struct `The image` {
    private static func instructions() throws -> [String] {
        // Lines that are continued are one.
        try Checkout.text("deploy/Containerfile").replacing("\\\n", with: "").split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }
    }

    @Test func `has no base, and nothing is run or installed in it`() throws {
        let lines = try Self.instructions()
        let start = try #require(lines.lastIndex { $0.hasPrefix("FROM ") })
        #expect(lines[start] == "FROM scratch")
        #expect(!lines[start...].contains { $0.hasPrefix("RUN ") || $0.hasPrefix("ADD ") })
        #expect(lines[start...].filter { $0.hasPrefix("COPY ") } == ["COPY --from=root /root-of-image/ /"])
    }

    /// By a build argument each, so that a digest can be given, and of the tag as long as none is.
    @Test func `is built in images that can be named by digest`() throws {
        let lines = try Self.instructions()
        let stages = lines.filter { $0.hasPrefix("FROM ") && $0 != "FROM scratch" }
        #expect(stages == ["FROM ${SWIFT_IMAGE} AS build", "FROM ${DEBIAN_IMAGE} AS root"])
        let script = try Checkout.text("scripts/image")
        for (name, option) in [("SWIFT_IMAGE", "--swift-image"), ("DEBIAN_IMAGE", "--debian-image")] {
            let argument = try #require(lines.first { $0.hasPrefix("ARG \(name)=") })
            #expect(argument.contains("bookworm"), "both are Debian 12")
            #expect(script.contains("  \(option) ") && script.contains("\"\(name)=${"))
        }
    }

    @Test func `is labelled with the version, which is compared with the executable's`() throws {
        let lines = try Self.instructions()
        #expect(
            lines.filter { $0.hasPrefix("ARG VERSION=") }
                == Array(repeating: "ARG VERSION=\(ProductVersion.number)", count: 2)
        )
        let labels = try #require(lines.first { $0.hasPrefix("LABEL ") })
        for key in ["title", "description", "version", "revision", "licenses"] {
            #expect(labels.contains("org.opencontainers.image.\(key)="), "\(key)")
        }
        #expect(
            labels.contains("version=\"$VERSION\"") && lines.contains("RUN scripts/image.d/collect \"$VERSION\" /image")
        )
    }

    /// So is all that is released: `scripts/build` resolves to these versions.
    @Test func `is built of versions that Package.swift would take`() throws {
        let lines = try Checkout.text("scripts/build.d/versions").split(separator: "\n")
        let versions = lines.map { $0.split(separator: " ") }
        #expect(versions.allSatisfy { $0.count == 2 })
        let known = Dictionary(uniqueKeysWithValues: versions.map { (String($0[0]), String($0[1])) })
        let wanted = try Checkout.text("Package.swift").matches(
            of: #/\.package\(url: "https:[^"]*/([a-z-]+)", from: "([0-9.]+)"/#
        )
        #expect(wanted.count == 9)
        for package in wanted {
            let (name, least) = (String(package.output.1), String(package.output.2))
            let version = try #require(known[name], "\(name): scripts/build --pin")
            #expect(version.compare(least, options: .numeric) != .orderedAscending, "\(name)")
            #expect(version.prefix { $0 != "." } == least.prefix { $0 != "." }, "\(name)")
        }
    }

    // MARK: What is refused

    private func assemble(_ program: String, into root: String, _ folder: Folder) async throws -> Program {
        let script = Checkout.root.appending(path: "scripts/image.d/assemble").path
        let licences = folder.url.path
        return try await Program.run(
            script,
            [
                "--time", "0", "--materials", "/dev/null", "--licences", licences, "--root", root,
                "\(program):/usr/bin/program",
            ]
        )
    }

    @Test func `is not made of an executable for another processor`() async throws {
        let folder = try Folder()
        // The head of an ELF file for IBM's S/390 (22), which is none of ours.
        var head = [UInt8](repeating: 0, count: 64)
        head.replaceSubrange(0..<7, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1])
        head[18] = 22
        let file = folder.url.appending(path: "program")
        try Data(head).write(to: file)
        let root = folder.url.appending(path: "root").path
        let program = try await assemble(file.path, into: root, folder)
        #expect(program.status == 1)
        #expect(
            program.errors.contains("is for processor 22 of the ELF specification, this image for "),
            "\(program.errors)"
        )
        #expect(program.errors.contains("--platform"))
        #expect(!FileManager.default.fileExists(atPath: root + "/usr/bin/program"))
    }

    @Test func `is not put where something is`() async throws {
        let folder = try Folder()
        let program = try await assemble("/bin/true", into: folder.url.path, folder)
        #expect(program.status == 1 && program.errors.contains("is there already"), "\(program.errors)")
    }

    @Test func `is not made without being told what of`() async throws {
        let program = try await Program.run(Checkout.root.appending(path: "scripts/image.d/assemble").path, [])
        #expect(program.status == 1 && program.errors.contains("not all is given"), "\(program.errors)")
    }

    // MARK: What it consists of

    /// An archive as `docker save` writes it, of two layers, the second of which has a newer record.
    @Test func `is told by the records that are in it, layer over layer`() async throws {
        let folder = try Folder()
        let script = """
            set -euo pipefail
            cd "$1"
            mkdir -p a/var/lib/dpkg/status.d b/var/lib/dpkg/status.d root
            printf 'Package: libone\\nVersion: 1:1.0+x\\nArchitecture: amd64\\n' >a/var/lib/dpkg/status.d/libone
            printf 'Package: libtwo\\nVersion: 1.0\\nArchitecture: amd64\\n' >a/var/lib/dpkg/status.d/libtwo
            printf 'Package: libtwo\\nVersion: 2.0\\nArchitecture: amd64\\nDescription: Version: 9\\n' >b/var/lib/dpkg/status.d/libtwo
            printf '0  usr/lib/x\\n' >b/var/lib/dpkg/status.d/libtwo.md5sums
            tar --create --file one.tar --directory a .
            tar --create --file two.tar --directory b .
            printf '[{"Layers": ["one.tar", "two.tar"]}]' >manifest.json
            tar --create --file image.tar manifest.json two.tar one.tar
            cd "$2"
            . scripts/lib.sh
            . scripts/release.d/materials.sh
            unpack_image "$1/image.tar" "$1/root"
            packages_of_image "$1/root" | jq --raw-output .purl
            """
        let program = try await Program.named("bash", "-c", script, "-", folder.url.path, Checkout.root.path)
        #expect(program.status == 0, "\(program.errors)")
        #expect(
            program.output.split(separator: "\n") == [
                "pkg:deb/debian/libone@1%3A1.0%2Bx?arch=amd64", "pkg:deb/debian/libtwo@2.0?arch=amd64",
            ]
        )
    }

    // MARK: A crash

    /// What a build does to the file after it is linked must leave the names where the program that prints backtraces finds them.
    ///
    /// `scripts/test --release` tries the executable of the image; of the one for tests the function is in a library.
    @Test func `has an executable whose backtraces name functions`() async throws {
        let settings = try Self.instructions().first { $0.hasPrefix("ENV SWIFT_BACKTRACE=") }
        let setting = try #require(settings).dropFirst("ENV SWIFT_BACKTRACE=".count)
        let script = """
            tools=$(dirname "$(readlink -f "$(command -v swift)")")/../libexec/swift/linux/swift-backtrace-static
            export SWIFT_BACKTRACE=${2/\\/usr\\/libexec\\/swift-backtrace-static/$tools}
            "$1" serve --no-cluster --metrics-port none --host 127.0.0.1 --port 0 >output 2>&1 &
            for attempt in $(seq 600); do
              grep --quiet ready output && break
              sleep 0.1
            done
            # The main thread, which waits for signals meanwhile.
            kill -SEGV $!
            # The signal comes from outside, so it does not come again when it has been told of.
            for attempt in $(seq 600); do
              grep --quiet 'Backtrace took' output && break
              sleep 0.1
            done
            kill -KILL $!
            wait
            cat output
            """
        let folder = try Folder()
        let program = try await Program.named(
            "env",
            "--chdir",
            folder.url.path,
            "bash",
            "-c",
            script,
            "-",
            Program.underTest,
            String(setting)
        )
        #expect(program.output.contains("crashed:"), "\(program.output)\(program.errors)")
        #expect(
            program.output.contains(#/\n *[0-9]+ \[ra\] 0x[0-9a-f]+ _dispatch_sig_thread \+ [0-9]+ in /#),
            "\(program.output)"
        )
    }
}
