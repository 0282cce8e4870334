import Testing

@testable import KubernetesClient

@Suite struct `An exec plugin` {
    private static let version = "client.authentication.k8s.io/v1"

    /// A plugin that is a shell script.
    private static func script(_ text: String, hint: String = "") -> ExecPlugin {
        ExecPlugin(
            apiVersion: version,
            command: "sh",
            arguments: ["-c", text],
            environment: ["GREETING": "hello"],
            installHint: hint
        )
    }

    private static func credential(_ status: String) -> String {
        "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"\(version)\",\"status\":\(status)}'"
    }

    @Test func `gives a token and its end`() throws {
        let text = Self.credential("{\"token\":\"t\",\"expirationTimestamp\":\"2026-01-02T03:04:05Z\"}")
        let credential = try Self.script(text).run()
        #expect(credential.token == "t")
        #expect(credential.expirySeconds == 1_767_323_045)
        #expect(credential.milliseconds(at: 1_767_323_014 - 3600) == 3_601_000)
    }

    @Test func `gives a client certificate`() throws {
        let text = Self.credential("{\"clientCertificateData\":\"C\",\"clientKeyData\":\"K\"}")
        let identity = try #require(try Self.script(text).run().identity)
        #expect(identity == .init(certificatePEM: Array("C".utf8), privateKeyPEM: Array("K".utf8)))
    }

    @Test func `gets its variables, what is asked of it, and no input`() throws {
        let text = """
            test "$GREETING" = hello && test -n "$PATH" && test -z "$(cat)" && \
            case "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*) \(Self.credential("{\"token\":\"t\"}"));; esac
            """
        #expect(try Self.script(text).run().token == "t")
    }

    @Test(
        arguments: [
            ("exit 3", "it failed with status 3"), ("kill -9 $$", "it was ended by signal 9"),
            ("echo nonsense secret", "is no ExecCredential"),
            ("echo '{}'", "is no ExecCredential"), ("head -c 2000000 /dev/zero", "it wrote more than 1048576 bytes"),
        ]
    )
    func `that fails is named, its output is not`(text: String, words: String) {
        #expect {
            try Self.script(text).run()
        } throws: {
            let message = "\($0)"
            return message.contains(words) && message.contains("exec plugin sh") && !message.contains("secret")
        }
    }

    @Test func `that hangs is ended`() {
        #expect {
            try Self.script("exec sleep 60").run(timeoutMilliseconds: 50)
        } throws: {
            "\($0)".contains("did not end within")
        }
    }

    @Test func `that is not installed says how to install it`() {
        let plugin = ExecPlugin(apiVersion: Self.version, command: "/no/such", installHint: "get it there")
        #expect {
            try plugin.run()
        } throws: {
            "\($0)".hasSuffix("get it there")
        }
    }

    private static let longest: Int64 = 1_099_511_627_746_000
    private static let lives: [(end: Int64, now: Int64, life: Int64)] = [
        (5000, 1000, 3_970_000), (5000, 4990, 30_000), (5000, 91_400, 30_000), (.min, .max, 30_000),
        (.max, .min, longest),
        (.max, 0, longest), (.min, 0, 30_000),
    ]

    @Test(arguments: lives)
    func `a credential is used for a while, whatever its end and the clock`(end: Int64, now: Int64, life: Int64) {
        #expect(ExecCredential(token: "t", expirySeconds: end).milliseconds(at: now) == life)
    }

    @Test func `a credential without an end is used until it is refused`() {
        #expect(ExecCredential(token: "t").milliseconds(at: 0) > 1000 * 86_400_000)
    }
}
