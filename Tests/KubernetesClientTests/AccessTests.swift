import Testing

@testable import KubernetesClient

private struct NoFile: Error, CustomStringConvertible {
    var description: String { "no such file" }
}

/// A file system of these files alone.
private func reading(_ files: [String: String]) -> FileReading {
    { path in
        guard let text = files[path] else { throw NoFile() }
        return Array(text.utf8)
    }
}

private func kubeconfig(cluster: String = "server: https://10.0.0.1:6443", user: String = "token: abc") -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: dev
    clusters: [{name: c, cluster: {\(cluster)}}]
    users: [{name: u, user: {\(user)}}]
    contexts:
    - {name: dev, context: {cluster: c, user: u, namespace: agents}}
    - {name: lost, context: {cluster: gone, user: u}}
    """
}

private let plugin = "exec: {apiVersion: client.authentication.k8s.io/v1, command: aws}"

private func access(_ text: String, context: String? = nil, _ files: [String: String] = [:]) throws -> ClusterAccess {
    try Kubeconfig.decode(Array(text.utf8), file: "/home/me/config").access(context: context, readFile: reading(files))
}

@Suite struct `A kubeconfig` {
    @Test func `is told without what its namespace would do to a terminal`() throws {
        let text = kubeconfig().replacing("namespace: agents", with: #"namespace: "a\u0000\u001b[31m""#)
        #expect(try access(text).description == #"https://10.0.0.1:6443, namespace a\u0000\u001b[31m"#)
    }

    @Test func `gives address, token and namespace of its current context`() throws {
        let access = try access(kubeconfig())
        #expect(access.server == ServerAddress("https://10.0.0.1:6443"))
        #expect(access.token == .fixed("abc"))
        #expect(access.namespace == "agents")
        #expect(access.verification == .authorities(nil))
        #expect(!access.description.contains("abc"))
    }

    @Test func `names files by paths from its own folder, and data goes before them`() throws {
        let text = kubeconfig(
            cluster: "server: 'https://k', certificate-authority: ca.pem, tls-server-name: kubernetes",
            user: "client-certificate: /c.pem, client-key-data: S0VZ, client-key: k.pem, tokenFile: t"
        )
        let access = try access(text, ["/home/me/ca.pem": "CA", "/c.pem": "CERT"])
        #expect(access.verification == .authorities(Array("CA".utf8)))
        #expect(access.identity?.certificatePEM == Array("CERT".utf8))
        #expect(access.identity?.privateKeyPEM == Array("KEY".utf8))
        #expect(access.token == .file("/home/me/t"))
        #expect(access.serverName == "kubernetes")
    }

    @Test func `without verification is loud`() throws {
        let access = try access(kubeconfig(cluster: "server: 'https://k', insecure-skip-tls-verify: true"))
        #expect(access.verification == .skipped)
        #expect(access.warnings.count == 1)
        #expect(access.warnings.first?.contains("ANYONE") ?? false)
    }

    @Test func `for a server without TLS has no secrets, and says so`() throws {
        let access = try access(kubeconfig(cluster: "server: 'http://k'", user: ""))
        #expect(access.token == .none)
        #expect(access.warnings.first?.contains("not encrypted") ?? false)
        let server = try #require(ServerAddress("http://k"))
        #expect(!"\(APIRequest(.get, "/").head(for: server, token: "abc"))".contains("abc"))
    }

    @Test(
        arguments: [
            (kubeconfig(cluster: "server: 10.0.0.1/a"), nil, "cluster.server: Invalid value: \"10.0.0.1/a\""),
            (kubeconfig(cluster: "server: 10.0.0.1"), nil, "user.token would go to 10.0.0.1 unencrypted"),
            (
                kubeconfig(cluster: "server: 'https://k', proxy-url: 'socks5://p'"), nil,
                "cluster.proxy-url: Unsupported value"
            ),
            (
                kubeconfig(cluster: "server: 'https://k', proxy-url: 'http://me:secret@p'"), nil,
                "cluster.proxy-url: Unsupported value: must be http://host:port"
            ),
            (
                kubeconfig(cluster: "server: 'https://k', certificate-authority: x"), nil,
                "no such file; correct the path"
            ),
            (kubeconfig(cluster: "server: 'https://k', certificate-authority-data: '='"), nil, "no base64"),
            (kubeconfig(user: "exec: {command: aws}"), nil, "user.exec.apiVersion: Unsupported value"),
            (kubeconfig(user: "auth-provider: {}"), nil, "user.auth-provider: Unsupported value"),
            (kubeconfig(user: "username: me, password: secret"), nil, "user.username: Unsupported value"),
            (kubeconfig(user: "password: secret"), nil, "user.password: Unsupported value"),
            (kubeconfig(user: "client-key-data: S0VZ"), nil, "user.client-certificate: Required value"),
            (kubeconfig(user: "client-certificate-data: S0VZ"), nil, "user.client-key: Required value"),
            (kubeconfig(cluster: "server: 'http://k'"), nil, "user.token would go to k unencrypted"),
            (kubeconfig(cluster: "server: 'http://k'", user: "tokenFile: t"), nil, "user.tokenFile would go to k"),
            (kubeconfig(cluster: "server: 'http://k'", user: plugin), nil, "user.exec would go to k unencrypted"),
            (kubeconfig(), "prod", "no context \"prod\"; use one of: \"dev\", \"lost\""),
            (kubeconfig(), "lost", "no cluster \"gone\""),
            ("{}", nil, "current-context: Required value"),
            ("", nil, "the file is empty"),
            ("a: [", nil, "/home/me/config: "),
        ] as [(String, String?, String)]
    )
    func `that is wrong is refused with the place and the remedy`(text: String, context: String?, message: String) {
        #expect {
            try access(text, context: context)
        } throws: {
            "\($0)".hasPrefix("/home/me/config: ") && "\($0)".contains(message)
        }
    }
}

@Suite struct `Kubeconfigs and servers as kubectl takes them` {
    /// TLS is spoken where there is anything to check or to show, else not.
    @Test(arguments: [
        ("k:6443", "insecure-skip-tls-verify: true", "https://k:6443"),
        ("k", "certificate-authority-data: Q0E=", "https://k:443"),
        ("'[::1]:1'", "insecure-skip-tls-verify: true", "https://[::1]:1"),
        ("k:8080", "tls-server-name: x", "http://k:8080"),
    ])
    func `a server may lack its scheme`(server: String, more: String, expected: String) throws {
        let access = try access(kubeconfig(cluster: "server: \(server), \(more)", user: ""))
        #expect(access.server.description == expected)
    }

    @Test func `a proxy is used for the server's connections`() throws {
        let access = try access(kubeconfig(cluster: "server: 'https://k', proxy-url: 'http://p:3128'"))
        #expect(access.proxy == ServerAddress("http://p:3128"))
        #expect(access.server == ServerAddress("https://k"))
    }

    private static let files = [
        "/a/config": """
        contexts: [{name: dev, context: {cluster: c, user: u, namespace: one}}]
        clusters: [{name: c, cluster: {server: 'https://one', certificate-authority: ca.pem}}]
        """,
        "/b/config": """
        current-context: dev
        contexts: [{name: dev, context: {cluster: c, user: u, namespace: two}}]
        clusters: [{name: c, cluster: {server: 'https://two'}}]
        users: [{name: u, user: {tokenFile: t}}]
        """,
        "/a/ca.pem": "CA",
    ]

    @Test func `of several files each tells what none before it has told, with paths from its own folder`() throws {
        let access = try ClusterAccess.kubeconfig(
            "/none/config:/a/config:/b/config",
            context: nil,
            readFile: reading(Self.files)
        )
        #expect(access.server == ServerAddress("https://one") && access.namespace == "one")
        #expect(access.verification == .authorities(Array("CA".utf8)))
        #expect(access.token == .file("/b/t"))
    }

    @Test(arguments: [
        ("/none", "/none: no such file"), ("/none:/other", "/none: no such file"), (":", "no file is named"),
    ])
    func `without a file that is there they are refused`(paths: String, message: String) {
        #expect {
            try ClusterAccess.kubeconfig(paths, context: nil, readFile: reading(Self.files))
        } throws: {
            "\($0)".contains(message)
        }
    }
}

@Suite struct `A server address` {
    @Test(arguments: [
        ("https://[::1]:6443/", "::1", 6443, ""), ("https://k", "k", 443, ""), ("http://k/a/b/", "k", 80, "/a/b"),
    ])
    func `has host, port and path`(text: String, host: String, port: Int, path: String) {
        let address = ServerAddress(text)
        #expect(address?.host == host)
        #expect(address?.port == port)
        #expect(address?.path == path)
    }

    @Test(arguments: [
        "k:6443", "https://", "https://k:0", "https://k:x", "https://a@k", "https://[::1", "https://k?x", "https://k:",
        "https://k\0", "https://\u{7F}k", "https://k/\u{1B}[2J", "https://k\u{202E}", "https://k/\u{E0041}",
        "https://k y",
        "https://k/a\r\nX: y",
    ])
    func `that is none is refused`(text: String) {
        #expect(ServerAddress(text) == nil)
    }
}

@Suite struct `In a cluster` {
    private static let folder = ClusterAccess.serviceAccountFolder
    private static let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]

    @Test func `the service account is used`() throws {
        let files = ["\(Self.folder)/ca.crt": "CA", "\(Self.folder)/token": "t", "\(Self.folder)/namespace": "agents"]
        let access = try ClusterAccess.inCluster(environment: Self.environment, readFile: reading(files))
        #expect(access.server.host == "fd00::1")
        #expect(access.token == .file("\(Self.folder)/token"))
        #expect(access.namespace == "agents")
        #expect(ClusterAccess.isInCluster(environment: Self.environment))
        #expect(!ClusterAccess.isInCluster(environment: [:]))
    }

    @Test func `a pod without a token is told how to get one`() {
        #expect {
            try ClusterAccess.inCluster(environment: Self.environment, readFile: reading([:]))
        } throws: {
            "\($0)".contains("automountServiceAccountToken")
        }
    }

    @Test func `a token is read again after a minute, and kept while the file is away`() throws {
        var file = TokenFile(path: "/t")
        #expect(try file.current(now: 0, readFile: reading(["/t": " one\n"])) == "one")
        #expect(try file.current(now: 59_999, readFile: reading(["/t": "two"])) == "one")
        #expect(try file.current(now: 60_000, readFile: reading(["/t": "two"])) == "two")
        #expect(try file.current(now: 120_000, readFile: reading([:])) == "two")
        #expect(try file.current(now: 120_000, readFile: reading(["/t": "\n"])) == "two")
        file.expire()
        #expect(try file.current(now: 120_001, readFile: reading(["/t": "three"])) == "three")
        var missing = TokenFile(path: "/none")
        #expect(throws: AccessError.self) { try missing.current(now: 0, readFile: reading([:])) }
    }
}
