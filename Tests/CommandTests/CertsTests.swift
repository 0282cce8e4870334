import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 1)) struct `certs generate` {
    private let folder: Folder
    private let names = ["ca.crt", "ca.key", "tls.crt", "tls.key"]

    init() throws {
        folder = try Folder()
    }

    @Test(arguments: [[], ["--rsa"]])
    func `makes a pair that openssl and curl accept`(options: [String]) async throws {
        let directory = folder.path("a/b")
        let arguments = ["certs", "generate", "--directory", directory, "--dns", "localhost", "--ip", "127.0.0.1"]
        #expect(try await Program.run(Program.underTest, arguments + options).status == 0)
        let verified = try await Program.named(
            "openssl",
            "verify",
            "-purpose",
            "sslserver",
            "-verify_hostname",
            "localhost",
            "-CAfile",
            "\(directory)/ca.crt",
            "\(directory)/tls.crt"
        )
        #expect(verified.status == 0, "\(verified.errors)")
        let webhook = try await Webhook.start("--tls-cert", "\(directory)/tls.crt", "--tls-key", "\(directory)/tls.key")
        let answer = try await Program.named(
            "curl",
            "--silent",
            "--noproxy",
            "*",
            "--cacert",
            "\(directory)/ca.crt",
            "\(webhook.url)/livez"
        )
        #expect(answer.output == "ok")
    }

    @Test func `lets nobody else read the keys`() async throws {
        #expect(try await Program.agentrunAdmission("certs", "generate", "--directory", folder.path).status == 0)
        #expect(try names.map { try folder.mode($0) } == [0o644, 0o600, 0o644, 0o600])
    }

    @Test func `overwrites nothing unless it is told to`() async throws {
        try folder.write("mine", to: "tls.key")
        let refused = try await Program.agentrunAdmission("certs", "generate", "--directory", folder.path)
        #expect(refused.status == 2)
        #expect(refused.errors.contains("\(folder.path("tls.key")) exists; pass --force"))
        #expect(try folder.text("tls.key") == "mine")
        #expect(throws: (any Error).self) { try folder.text("ca.crt") }
        let forced = try await Program.agentrunAdmission("certs", "generate", "--directory", folder.path, "--force")
        #expect(forced.status == 0)
        #expect(try folder.text("tls.key").hasPrefix("-----BEGIN PRIVATE KEY-----"))
        #expect(try folder.mode("tls.key") == 0o600)
    }

    @Test(arguments: [
        (["--dns", "10.0.0.1"], "--dns 10.0.0.1"), (["--dns", "a_b"], "--dns a_b"), (["--ip", "host"], "--ip host"),
        (["--days", "0"], "--days"),
    ])
    func `refuses names that are none`(options: [String], text: String) async throws {
        let program = try await Program.run(
            Program.underTest,
            ["certs", "generate", "--directory", folder.path] + options
        )
        #expect(program.status == 2)
        #expect(program.errors.contains(text))
    }

    @Test func `names the folder it cannot make`() async throws {
        try folder.write("x", to: "file")
        let program = try await Program.agentrunAdmission("certs", "generate", "--directory", folder.path("file/certs"))
        #expect(program.status == 2)
        #expect(program.errors.contains(folder.path("file/certs")))
    }
}
