import TestPatience
import Testing

/// Where the serving certificate comes from, and how the API server learns to trust it.
@Suite(.limit(minutes: 2)) struct `The serving certificate` {
    /// What the API server calls the service.
    private static func serverName(_ installation: Installation) -> String {
        let metadata = installation.only("Service")["metadata"]
        return "\(metadata["name"].string ?? "").\(metadata["namespace"].string ?? "").svc"
    }

    private static func caBundles(_ installation: Installation) -> [String?] {
        installation.webhooks.map { $0["clientConfig"]["caBundle"].string }
    }

    @Test(arguments: Installation.folders)
    func `has to carry the name of the service where it comes from files`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        let name = installation.flags["--tls-name"]
        #expect(name == (installation.flags["--tls-cert"] == nil ? nil : Self.serverName(installation)))
    }

    @Test func `of a mounted Secret is trusted by every webhook`() async throws {
        let installation = try await Installation.render(Installation.mountedSecret)
        let secret = installation.named("Secret", "agentrun-admission-tls")
        #expect(secret["type"].string == "kubernetes.io/tls")
        #expect(Set(secret["data"].object.keys) == ["tls.crt", "tls.key"])
        let bundles = Self.caBundles(installation)
        #expect(bundles.count == 2 && Set(bundles).count == 1)
        // PEM in base64.
        #expect(bundles.first??.hasPrefix("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t") == true)
    }

    @Test func `of cert-manager is for the service, and its authority goes into every webhook`() async throws {
        let installation = try await Installation.render("overlays/cert-manager")
        let certificate = installation.named("Certificate", "agentrun-admission-tls")
        #expect(certificate["spec"]["dnsNames"].strings == [Self.serverName(installation)])
        let volume = installation.pod["volumes"].array.first { $0["name"].string == "tls" }
        #expect(certificate["spec"]["secretName"] == volume?["secret"]["secretName"])
        let annotations = installation.only("ValidatingWebhookConfiguration")["metadata"]["annotations"]
        let names = certificate["metadata"]
        #expect(
            annotations["cert-manager.io/inject-ca-from"].string
                == "\(names["namespace"].string ?? "")/\(names["name"].string ?? "")"
        )
        for issued in installation.all("Certificate") {
            let issuer = issued["spec"]["issuerRef"]
            #expect(installation.named(issuer["kind"].string ?? "", issuer["name"].string ?? "") != .null)
        }
        let authority = installation.named("Certificate", "agentrun-admission-ca")["spec"]
        // A new key would not sign what replicas still show.
        #expect(authority["privateKey"]["rotationPolicy"].string == "Never")
        #expect(
            authority["secretName"] == installation.named("Issuer", "agentrun-admission-ca")["spec"]["ca"]["secretName"]
        )
    }

    @Test(arguments: ["overlays/self-managed", "overlays/fail-open", "overlays/cert-manager"])
    func `kept by others leaves caBundle to them`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        #expect(Self.caBundles(installation) == [nil, nil])
        for secret in installation.all("Secret") { #expect(secret["data"] == .null && secret["stringData"] == .null) }
    }
}
