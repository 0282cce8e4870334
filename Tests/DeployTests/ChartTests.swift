import TestCheckout
import TestPatience
import TestPrograms
import Testing

/// The Helm chart makes what the overlays make, takes what its schema says, and nothing else.
@Suite(.enabled(if: Chart.canBeRendered), .limit(minutes: 2)) struct `The chart` {
    /// Values that stand for an overlay.
    private static let overlays = [
        "overlays/self-managed": "{}",
        "overlays/cert-manager": "certificates: { mode: cert-manager }",
        "overlays/fail-open": "failurePolicy: Ignore",
        Installation.events: "events: true",
        Installation.reports: "reports: openreports.io",
    ]

    @Test func `is without fault to Helm's linter`() async throws {
        let program = try await Chart.run("lint")
        #expect(program.status == 0 && program.errors.isEmpty, "\(program.errors)")
    }

    @Test(arguments: overlays)
    func `makes what an overlay makes`(overlay: String, values: String) async throws {
        let expected = try Self.comparable(try await Installation.render(overlay).objects)
        let found = try Self.comparable(try await Chart.render(values).objects)
        #expect(found.keys.sorted() == expected.keys.sorted())
        for (name, object) in expected { #expect(found[name] == object, "\(name)") }
    }

    @Test func `mounts a Secret and trusts its authority`() async throws {
        let installation = try await Chart.render(
            """
            certificates:
              mode: secret
              secretName: my-tls
              caBundle: |
                -----BEGIN CERTIFICATE-----
                AAAA
                -----END CERTIFICATE-----
            """
        )
        let volume = installation.pod["volumes"].array.first { $0["name"].string == "tls" }
        #expect(volume?["secret"]["secretName"].string == "my-tls")
        #expect(installation.flags["--tls-cert"] == "/etc/agentrun-admission/tls/tls.crt")
        #expect(installation.flags["--self-managed-certs"] == nil)
        for webhook in installation.webhooks {
            #expect(
                webhook["clientConfig"]["caBundle"].string?.hasPrefix("LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t") == true
            )
        }
        #expect(
            installation.all("Secret").isEmpty && installation.named("ClusterRole", "agentrun-admission-certs") == .null
        )
    }

    @Test(arguments: [("file", true), ("file", false), ("-", true), ("-", false), ("", true)])
    func `writes decisions where it is told, with what that takes and no more`(log: String, hasKey: Bool) async throws {
        let installation = try await Chart.render(
            "decisionLog: \"\(log)\"\ndecisionLogKey: \"\(hasKey ? "my-key" : "")\""
        )
        let folder = "/var/log/agentrun-admission"
        let path = log == "file" ? "\(folder)/decisions.log" : log
        #expect(installation.flags["--decision-log"] == (log.isEmpty ? nil : path))
        let isChained = hasKey && !log.isEmpty
        let key = "/etc/agentrun-admission/decision-log-key"
        #expect(installation.flags["--decision-log-key"] == (isChained ? "\(key)/key" : nil))
        let volumes = installation.pod["volumes"].array
        #expect(volumes.contains { $0["emptyDir"]["sizeLimit"].string == "700Mi" } == (log == "file"))
        #expect(volumes.contains { $0["secret"]["secretName"].string == "my-key" } == isChained)
        let mounts = installation.pod["containers"].array.flatMap { $0["volumeMounts"].array }
        #expect(mounts.contains { $0["mountPath"].string == folder } == (log == "file"))
        #expect(mounts.contains { $0["mountPath"].string == key } == isChained)
        #expect(RestrictedProfile.violations(of: installation.pod).isEmpty)
    }

    @Test func `makes what the example of certificates for pods makes`() async throws {
        let installation = try await Chart.render(
            """
            certificates:
              mode: pod
              signerName: example.org/serving
              caBundle: |
                -----BEGIN CERTIFICATE-----
                AAAA
                -----END CERTIFICATE-----
            """
        )
        let example = try Self.comparable(try await Installation.render(Installation.podCertificate).objects)
        let found = try Self.comparable(installation.objects)
        #expect(found.keys.sorted() == example.keys.sorted())
        for (name, object) in example { #expect(found[name] == object, "\(name)") }
        #expect(installation.flags["--tls-key"] == "/etc/agentrun-admission/tls/bundle.pem")
    }

    /// Another name and namespace: whatever names something names what is there.
    @Test func `holds together under another name`() async throws {
        let installation = try await Chart.render("{}", name: "team", namespace: "guards")
        let name = "team-agentrun-admission"
        for object in installation.objects {
            let isOfCluster =
                object["kind"].string?.hasPrefix("Cluster") == true
                || object["kind"].string == "ValidatingWebhookConfiguration"
            #expect(object["metadata"]["namespace"].string == (isOfCluster ? nil : "guards"))
        }
        let configuration = installation.only("ValidatingWebhookConfiguration")
        #expect(installation.flags["--webhook-configuration"] == configuration["metadata"]["name"].string)
        #expect(installation.flags["--service"] == installation.only("Service")["metadata"]["name"].string)
        #expect(installation.flags["--certs-secret"] == installation.only("Secret")["metadata"]["name"].string)
        for webhook in installation.webhooks {
            #expect(webhook["clientConfig"]["service"]["name"].string == name)
            #expect(webhook["clientConfig"]["service"]["namespace"].string == "guards")
            #expect(webhook["namespaceSelector"]["matchExpressions"].array.first?["values"].strings == ["guards"])
        }
        for binding in installation.all("ClusterRoleBinding") + installation.all("RoleBinding") {
            let kind = try #require(binding["roleRef"]["kind"].string)
            let role = try #require(binding["roleRef"]["name"].string)
            #expect(installation.named(kind, role) != .null, "\(role)")
            #expect(binding["subjects"].array.first?["name"].string == name)
            #expect(binding["subjects"].array.first?["namespace"].string == "guards")
        }
        let certificates = installation.named("ClusterRole", "\(name)-guards-certs")
        #expect(certificates["rules"].array.first?["resourceNames"].strings == ["\(name)-guards"])
        let labels = installation.podTemplate["metadata"]["labels"].stringMembers
        for selector in [
            installation.only("Deployment")["spec"]["selector"],
            installation.only("PodDisruptionBudget")["spec"]["selector"],
            installation.only("NetworkPolicy")["spec"]["podSelector"],
        ] {
            #expect(LabelSelector(value: selector).matches(labels) == true)
        }
        #expect(RestrictedProfile.violations(of: installation.pod).isEmpty)
    }

    @Test(arguments: [
        ("replicas: three", "/replicas"), ("failurePolicy: Sometimes", "/failurePolicy"), ("unknown: 1", "unknown"),
        ("certificates: { mode: secret }", "/certificates/secretName"),
        ("certificates: { mode: pod }", "/certificates/signerName"),
        ("certificates: { keyType: DSA }", "/certificates/keyType"),
        ("certificates: { maxExpirationSeconds: 60 }", "/certificates/maxExpirationSeconds"),
        ("image: { digest: 'sha256:1' }", "/image/digest"),
        ("networkPolicy: { apiServers: [everywhere] }", "/networkPolicy/apiServers/0"),
        ("extraArgs: ['x; y']", "/extraArgs/0"), ("policy: { configMap: \"a\\nb: c\" }", "/policy/configMap"),
        ("a: [", "yaml"),
    ])
    func `refuses values that are none`(values: String, place: String) async throws {
        let program = try await Chart.run("render", "--values", "-", input: values)
        #expect(program.status == 1 && program.output.isEmpty)
        #expect(program.errors.lowercased().contains(place.lowercased()), "\(program.errors)")
    }

    @Test func `brings what monitors it, of its own namespace`() async throws {
        let installation = try await Chart.render(
            "monitoring: { podMonitor: true, rules: true, runbook: 'https://docs.example/operations', dashboard: true }",
            namespace: "guards"
        )
        let delivered = try Value.documents(try Checkout.text("deploy/monitoring/prometheusrule.yaml"))
        let groups = installation.only("PrometheusRule")["spec"]["groups"].array
        #expect(groups.count == delivered.first?["spec"]["groups"].array.count)
        let expressions = groups.flatMap { $0["rules"].array }.compactMap { $0["expr"].string }
        #expect(expressions.contains { $0.contains(#"namespace="guards""#) })
        #expect(!expressions.contains { $0.contains(#"namespace="agentrun-admission""#) })
        for rule in groups.flatMap({ $0["rules"].array }) {
            let name = rule["alert"].string ?? ""
            #expect(rule["annotations"]["runbook_url"].string == "https://docs.example/operations#\(name.lowercased())")
        }
        #expect(installation.only("PodMonitor") != .null)
        let dashboard = installation.named("ConfigMap", "agentrun-admission-dashboard")["data"][
            "agentrun-admission.json"
        ]
        #expect(
            try Value.documents(dashboard.string ?? "")
                == Value.documents(Checkout.text("deploy/monitoring/dashboard.json"))
        )
    }

    @Test func `has a policy the server takes`() async throws {
        let installation = try await Chart.render("policy: { spec: { rules: { limits: { action: Deny } } } }")
        let map = installation.named("ConfigMap", "agentrun-admission-policy")
        let text = try #require(map["data"]["policy.yaml"].string)
        let folder = try Folder()
        let program = try await Program.agentrunAdmission("policy", "check", try folder.write(text, to: "policy.yaml"))
        #expect(program.status == 0, "\(program.errors)")
    }

    // MARK: Objects

    /// The objects by kind and name, without the Namespace, which Helm makes; of a policy what it says, not how it is written.
    private static func comparable(_ objects: [Value]) throws -> [String: Value] {
        var found: [String: Value] = [:]
        for object in objects where object["kind"].string != "Namespace" {
            var members = object.object
            if let text = object["data"]["policy.yaml"].string {
                members["data"] = .array(try Value.documents(text))
            }
            found["\(object["kind"].string ?? "")/\(object["metadata"]["name"].string ?? "")"] = .object(members)
        }
        return found
    }
}
