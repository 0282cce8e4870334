import Foundation
import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// What `scripts/publish` lets through, and with what it calls GitHub's client, in whose place a program notes how it was called.
@Suite(.limit(minutes: 2)) struct `Publishing a release` {
    /// A repository with these scripts and a tag, and a release of two files as `scripts/release` leaves it.
    private static let repository = """
        set -euo pipefail
        chmod 755 "$1/gh/gh"
        mkdir "$1/repository" && cd "$1/repository"
        cp -R "$2/scripts" .
        printf '# Changelog\\n\\n## Unreleased\\n\\n## [1.2.3] - 2026-12-01\\n\\n- What is new.\\n\\n## 1.2.2\\n\\n- What was.\\n' >CHANGELOG.md
        git init --quiet
        git add .
        git -c user.name=a -c user.email=a@example.org commit --quiet --message One
        git tag v1.2.3
        mkdir -p release/1.2.3 && cd release/1.2.3
        printf 'schema\\n' >agentrun-admission-1.2.3-policy.schema.json
        jq --null-input --arg commit "$(git rev-parse HEAD)" '{predicate: {buildDefinition: {externalParameters: {untagged: false},
          resolvedDependencies: [{digest: {gitCommit: $commit}}]}}}' >agentrun-admission-1.2.3.intoto.json
        sha256sum * >SHA256SUMS
        """

    private struct Repository {
        let folder: Folder

        init() async throws {
            folder = try Folder()
            let gh = """
                #!/bin/sh
                printf '%s\\n' "$@" >'\(folder.path)/called'
                cp "$8" '\(folder.path)/notes'
                env >'\(folder.path)/environment'

                """
            try folder.write(gh, to: "gh/gh")
            try await run(`Publishing a release`.repository, folder.path, Checkout.root.path)
        }

        var path: String { folder.path("repository") }
        var release: String { "\(path)/release/1.2.3" }

        /// Whether GitHub's client was called.
        var isCalled: Bool { FileManager.default.fileExists(atPath: folder.path("called")) }

        func run(_ script: String, _ arguments: String...) async throws {
            let program = try await Program.run("/usr/bin/env", ["bash", "-c", script, "-"] + arguments)
            try #require(program.status == 0, "\(program.errors)")
        }

        func publish(_ arguments: String..., key: String? = nil) async throws -> Program {
            let variables = key.map { ["RELEASE_KEY=\($0)"] } ?? ["--unset=RELEASE_KEY"]
            return try await Program.run(
                "/usr/bin/env",
                variables + ["\(path)/scripts/publish"] + arguments,
                searchPath: folder.path("gh")
            )
        }
    }

    @Test func `puts there what was made, signed, and says what is new`() async throws {
        let repository = try await Repository()
        let folder = repository.folder
        let (key, publicKey) = (folder.path("key.pem"), folder.path("public.pem"))
        try await repository.run(
            """
            openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"
            openssl pkey -in "$1" -pubout -out "$2"
            """,
            key,
            publicKey
        )
        let program = try await repository.publish("v1.2.3", "--repository", "a/b", key: folder.text("key.pem"))
        try #require(program.status == 0, "\(program.errors)")

        let called = try folder.text("called").split(separator: "\n").map(String.init)
        #expect(
            called.prefix(7) == ["release", "create", "v1.2.3", "--verify-tag", "--title", "1.2.3", "--notes-file"]
        )
        #expect(called.dropFirst(8).prefix(3) == ["--repo", "a/b", "--"])
        let files = [
            "SHA256SUMS", "agentrun-admission-1.2.3-policy.schema.json", "agentrun-admission-1.2.3.intoto.json",
            "SHA256SUMS.sig",
        ]
        #expect(called.dropFirst(11) == ArraySlice(files.map { "release/1.2.3/\($0)" }))
        #expect(try folder.text("notes") == "- What is new.\n\n")
        #expect(!(try folder.text("environment")).contains("PRIVATE KEY"))
        try await repository.run(
            "openssl dgst -sha256 -verify \"$1\" -signature \"$2/SHA256SUMS.sig\" \"$2/SHA256SUMS\"",
            publicKey,
            repository.release
        )
    }

    @Test func `does so without a key, and says that`() async throws {
        let repository = try await Repository()
        let program = try await repository.publish("1.2.3", "--draft")
        #expect(program.status == 0 && program.errors.contains("SHA256SUMS is not signed"), "\(program.errors)")
        let called = try repository.folder.text("called").split(separator: "\n")
        #expect(called.contains("--draft") && !called.contains { $0.hasSuffix(".sig") })
    }

    /// What was done to the release or the repository before, and how it is told.
    @Test(arguments: [
        ("echo more >>release/1.2.3/agentrun-admission-1.2.3-policy.schema.json", "not as it was made"),
        ("cd release/1.2.3 && sed -i s/false/true/ *.intoto.json && sha256sum *.json >SHA256SUMS", "--untagged"),
        ("cd release/1.2.3 && rm *.intoto.json && sha256sum *.json >SHA256SUMS", "no statement of provenance"),
        ("rm release/1.2.3/SHA256SUMS", "no SHA256SUMS"),
        ("git tag --delete v1.2.3", "no tag v1.2.3"),
        (
            "git -c user.name=a -c user.email=a@example.org commit --quiet --allow-empty -m Two && git tag --force v1.2.3",
            "make it anew of the tag"
        ),
        ("sed -i s/1.2.3/1.2.4/ CHANGELOG.md", "CHANGELOG.md says nothing below '## 1.2.3'"),
    ])
    func `lets nothing through that the tag does not vouch for`(change: String, reason: String) async throws {
        let repository = try await Repository()
        try await repository.run("cd \"$1\" && \(change)", repository.path)
        let program = try await repository.publish("1.2.3")
        #expect(program.status == 2 && program.errors.contains(reason), "\(program.errors)")
        #expect(!repository.isCalled)
    }

    @Test(arguments: ["no key", "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n"])
    func `signs with nothing that is no key, and does not repeat it`(key: String) async throws {
        let repository = try await Repository()
        let program = try await repository.publish("1.2.3", key: key)
        #expect(program.status == 2 && program.errors.contains("RELEASE_KEY is no private key"), "\(program.errors)")
        #expect(!program.errors.contains("BEGIN") && !repository.isCalled)
    }
}
