internal import JSONPull

@testable internal import KubernetesClient

/// A kubeconfig and the files it names, and an answer of a credential plugin.
struct KubeconfigTarget: FuzzTarget {
    static let name = "kubeconfig"
    static let maximumBytes = 8 << 10
    static let vocabulary = Vocabulary(sources: ["Sources/KubernetesClient/Access"], tokens: Vocabulary.yaml)

    private struct NoFile: Error {}

    static func writeSeeds(_ seeds: SeedFiles) throws {
        let config = """
            apiVersion: v1
            kind: Config
            current-context: c
            clusters:
            - name: k
              cluster: {server: "https://127.0.0.1:6443", certificate-authority-data: LS0tCg==, tls-server-name: api}
            - name: l
              cluster: {server: "https://[::1]", insecure-skip-tls-verify: true, certificate-authority: ca.pem}
            contexts:
            - {name: c, context: {cluster: k, user: u, namespace: agents}}
            - {name: d, context: {cluster: l, user: w}}
            users:
            - {name: u, user: USER}
            - {name: w, user: {tokenFile: token}}

            """
        for (name, user) in [
            ("token", "{token: abc}"), ("file", "{tokenFile: /var/token}"),
            ("certificate", "{client-certificate-data: LS0t, client-key: key.pem}"),
            ("password", "{username: a, password: b}"),
            (
                "plugin",
                """
                {exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks, get-token], env: [{name: A, \
                value: b}], interactiveMode: Never, provideClusterInfo: true, installHint: install it}}
                """
            ),
        ] { try seeds.write(parts: [Array(config.replacing("USER", with: user).utf8), Array("pem\n".utf8)], as: name) }
        let answer = """
            {"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t",\
            "expirationTimestamp":"2026-11-23T23:21:52Z","clientCertificateData":"c","clientKeyData":"k"}}
            """
        try seeds.write(parts: [[], Array(answer.utf8)], as: "credential")
    }

    func run(_ input: [UInt8]) {
        let parts = input.parts(2)
        let readFile: FileReading = { _ in
            guard !parts[1].isEmpty else { throw NoFile() }
            return parts[1]
        }
        do throws(AccessError) {
            let config = try Kubeconfig.decode(parts[0], file: "folder/config")
            for context in [nil, "c", "d"] {
                do throws(AccessError) {
                    let access = try config.access(context: context, readFile: readFile)
                    requireVisible(access.description)
                    for warning in access.warnings { requireVisible(warning) }
                } catch {
                    requireVisible(error.description)
                }
            }
        } catch {
            requireVisible(error.description)
        }
        var token = TokenFile(path: "token")
        _ = try? token.current(now: 0, readFile: readFile)
        _ = try? ExecCredential(decoding: parts[1], apiVersion: "client.authentication.k8s.io/v1")
    }
}
