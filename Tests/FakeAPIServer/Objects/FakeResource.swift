/// A resource of the API, by the words of its path.
package struct FakeResource: Hashable, Sendable, CustomStringConvertible {
    /// Empty for the core group.
    package var group: String
    package var version: String
    /// In the plural, as in paths: `agentruns`.
    package var resource: String

    package init(group: String, version: String, resource: String) {
        self.group = group
        self.version = version
        self.resource = resource
    }

    package static let agentRuns = FakeResource(agents: "agentruns")
    package static let agents = FakeResource(agents: "agents")
    package static let agentProviders = FakeResource(agents: "agentproviders")
    package static let implementationSpecs = FakeResource(agents: "implementationspecs")
    package static let versionControlProviders = FakeResource(agents: "versioncontrolproviders")
    package static let memories = FakeResource(agents: "memories")
    package static let secrets = FakeResource(group: "", version: "v1", resource: "secrets")
    package static let configMaps = FakeResource(group: "", version: "v1", resource: "configmaps")
    package static let namespaces = FakeResource(group: "", version: "v1", resource: "namespaces")
    package static let jobs = FakeResource(group: "batch", version: "v1", resource: "jobs")
    package static let events = FakeResource(group: "events.k8s.io", version: "v1", resource: "events")
    package static let leases = FakeResource(group: "coordination.k8s.io", version: "v1", resource: "leases")
    package static let reports = FakeResource(group: "openreports.io", version: "v1alpha1", resource: "reports")
    package static let policyReports = FakeResource(
        group: "wgpolicyk8s.io",
        version: "v1alpha2",
        resource: "policyreports"
    )
    package static let secretBindings = FakeResource(
        group: "security.proompteng.ai",
        version: "v1alpha1",
        resource: "secretbindings"
    )
    package static let validatingWebhookConfigurations = FakeResource(
        group: "admissionregistration.k8s.io",
        version: "v1",
        resource: "validatingwebhookconfigurations"
    )

    private init(agents resource: String) {
        self.init(group: "agents.proompteng.ai", version: "v1alpha1", resource: resource)
    }

    /// As messages of the API name it: `leases.coordination.k8s.io`, `secrets`.
    package var description: String { group.isEmpty ? resource : "\(resource).\(group)" }

    /// The value of `apiVersion`.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// Compiled into a real server, which writes built-in objects and custom ones in different orders of members.
    var isBuiltIn: Bool { !group.contains(".") || group.hasSuffix(".k8s.io") }

    /// The kind, before an object has told it.
    var likelyKind: String {
        let kinds = [
            "agentruns": "AgentRun", "agentproviders": "AgentProvider", "implementationspecs": "ImplementationSpec",
            "versioncontrolproviders": "VersionControlProvider", "memories": "Memory",
            "secretbindings": "SecretBinding", "validatingwebhookconfigurations": "ValidatingWebhookConfiguration",
            "configmaps": "ConfigMap", "policyreports": "PolicyReport",
        ]
        if let kind = kinds[resource] { return kind }
        let singular = resource.hasSuffix("s") ? resource.dropLast() : resource[...]
        return singular.prefix(1).uppercased() + singular.dropFirst()
    }

    /// The path of its collection, of all namespaces when there is none.
    package func path(namespace: String? = nil) -> String {
        let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        return namespace.map { "\(root)/namespaces/\($0)/\(resource)" } ?? "\(root)/\(resource)"
    }
}
