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
        #expect(credential.isValid(at: 1_767_323_014))
        #expect(!credential.isValid(at: 1_767_323_015))
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
}
