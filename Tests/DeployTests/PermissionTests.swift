import TestPatience
import Testing

@testable import AdmissionServer
@testable import ClusterState

/// What the replicas may do in the cluster.
@Suite(.limit(minutes: 2)) struct `Permissions` {
    /// One verb on one resource, in the whole cluster or a namespace: `list cluster/agents.proompteng.ai/agentruns`.
    private static func grants(_ installation: Installation) -> [String] {
        ["ClusterRole", "Role"].flatMap(installation.all).flatMap { role in
            role["rules"].array.flatMap { rule in grants(rule, in: role["metadata"]["namespace"].string ?? "cluster") }
        }
    }

    private static func grants(_ rule: Value, in place: String) -> [String] {
        rule["apiGroups"].strings.flatMap { group in
            rule["resources"].strings.flatMap { resource in
                let names = rule["resourceNames"].strings
                return rule["verbs"].strings.flatMap { verb in
                    (names.isEmpty ? [""] : names.map { "/\($0)" }).map {
                        "\(verb) \(place)/\(group)/\(resource)\($0)"
                    }
                }
            }
        }
    }

    private static let state = [
        "get cluster/agents.proompteng.ai/agentruns", "list cluster/agents.proompteng.ai/agentruns",
        "watch cluster/agents.proompteng.ai/agentruns", "list cluster/agents.proompteng.ai/implementationspecs",
        "watch cluster/agents.proompteng.ai/implementationspecs", "list cluster/agents.proompteng.ai/agents",
        "watch cluster/agents.proompteng.ai/agents", "list cluster/agents.proompteng.ai/agentproviders",
        "watch cluster/agents.proompteng.ai/agentproviders",
        "list cluster/agents.proompteng.ai/versioncontrolproviders",
        "watch cluster/agents.proompteng.ai/versioncontrolproviders", "list cluster/agents.proompteng.ai/memories",
        "watch cluster/agents.proompteng.ai/memories", "list cluster/security.proompteng.ai/secretbindings",
        "watch cluster/security.proompteng.ai/secretbindings", "list cluster/batch/jobs", "watch cluster/batch/jobs",
    ]
    private static let claims = ["get", "list", "watch", "create", "update", "delete"].map {
        "\($0) agentrun-admission/coordination.k8s.io/leases"
    }
    private static let marks =
        (0..<MarksObject.count).flatMap { index in
            ["get", "update"].map { "\($0) agentrun-admission//configmaps/\(MarksObject.name(index))" }
        } + ["create agentrun-admission//configmaps"]
    private static let certificates =
        ["get", "list", "watch", "update"].map { "\($0) agentrun-admission//secrets/agentrun-admission-certs" }
        + ["get", "list", "watch", "patch"].map {
            "\($0) cluster/admissionregistration.k8s.io/validatingwebhookconfigurations/agentrun-admission"
        }

    private static let events = ["create", "patch"].map { "\($0) cluster/events.k8s.io/events" }
    private static let reports = ["list", "create", "patch", "delete"].map { "\($0) cluster/openreports.io/reports" }

    @Test(arguments: Installation.folders)
    func `are these and no others`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        let isSelfManaged = installation.flags["--self-managed-certs"] != nil
        let writesEvents = installation.flags["--events"] == "on"
        #expect(writesEvents == (folder == Installation.events))
        let writesReports = installation.flags["--reports"] == "openreports.io"
        #expect(writesReports == (folder == Installation.reports))
        let expected =
            Self.state + Self.claims + Self.marks + (isSelfManaged ? Self.certificates : [])
            + (writesEvents ? Self.events : []) + (writesReports ? Self.reports : [])
        #expect(Self.grants(installation).sorted() == expected.sorted())
        for role in ["ClusterRole", "Role"].flatMap(installation.all) {
            #expect(Set(role.object.keys).isSubset(of: ["apiVersion", "kind", "metadata", "rules"]))
            for rule in role["rules"].array {
                #expect(Set(rule.object.keys).isSubset(of: ["apiGroups", "resources", "resourceNames", "verbs"]))
            }
        }
    }

    @Test func `let every kind of the cluster state be listed and watched, but no Secret`() {
        for kind in ClusterKind.allCases where kind != .secret {
            let plural = kind == .memory ? "memories" : "\(kind.rawValue.lowercased())s"
            for verb in ["list", "watch"] { #expect(Self.state.contains("\(verb) cluster/\(kind.group)/\(plural)")) }
        }
        #expect(!Self.state.contains { $0.hasSuffix("/secrets") })
    }

    @Test(arguments: Installation.folders)
    func `go to the service account of the replicas alone`(folder: String) async throws {
        let installation = try await Installation.render(folder)
        let account = try #require(installation.pod["serviceAccountName"].string)
        #expect(installation.only("ServiceAccount")["metadata"]["name"].string == account)
        let bindings = ["ClusterRoleBinding", "RoleBinding"].flatMap(installation.all)
        #expect(bindings.count == ["ClusterRole", "Role"].flatMap(installation.all).count)
        for binding in bindings {
            let kind = try #require(binding["roleRef"]["kind"].string)
            #expect("\(kind)Binding" == binding["kind"].string)
            #expect(installation.named(kind, binding["roleRef"]["name"].string ?? "") != .null)
            let subject = Value.object([
                "kind": .string("ServiceAccount"), "name": .string(account),
                "namespace": installation.only("Deployment")["metadata"]["namespace"],
            ])
            #expect(binding["subjects"].array == [subject])
        }
    }
}
