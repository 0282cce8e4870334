import Foundation
import TestCheckout

/// Objects with every field of their definitions, each string with a marker of its own unless it may be told.
struct MarkedObjects {
    /// Which marker stands in which field.
    struct Markers {
        private var fields: [String] = []

        /// A new marker, which is part of no word.
        mutating func marker(of field: String) -> String {
            fields.append(field)
            return "zq\(fields.count - 1)zq"
        }

        /// The fields whose markers `text` has, in any case.
        func fields(in text: String) -> Set<String> {
            Set(text.lowercased().matches(of: /zq([0-9]+)zq/).compactMap { Int($0.1) }.map { fields[$0] })
        }
    }

    /// Names of the objects that others refer to.
    static let names = [
        "Agent": "an-agent", "AgentProvider": "a-provider", "ImplementationSpec": "a-spec",
        "VersionControlProvider": "a-vcs", "Memory": "a-memory", "SecretBinding": "a-binding",
    ]

    /// The fields that may be told, with their values; of a step, those of the run.
    ///
    /// All of them name something or are a word that a rule judges.
    private static let told: [String: String] = [
        // References.
        "spec.agentRef.name": "an-agent", "spec.implementationSpecRef.name": "a-spec", "spec.vcsRef.name": "a-vcs",
        "spec.memoryRef.name": "a-memory", "spec.providerRef.name": "a-provider",
        "spec.implementation.inline.vcsRef.name": "a-vcs", "spec.systemPromptRef.name": "a-prompt",
        "spec.systemPromptRef.kind": "Secret", "spec.defaults.systemPromptRef.name": "a-prompt",
        "spec.defaults.systemPromptRef.kind": "Secret", "spec.subjects[].name": "an-agent",
        "spec.subjects[].kind": "Agent",
        "spec.subjects[].namespace": "agents",
        // Names of secrets, which the policy allows or refuses; never what is in them.
        "spec.secrets[]": "a-secret", "spec.allowedSecrets[]": "another-secret",
        "spec.security.allowedSecrets[]": "another-secret", "spec.connection.secretRef.name": "a-secret",
        "spec.secretEnv[].secretName": "a-secret", "spec.workload.volumes[].secretName": "a-secret",
        "spec.auth.token.secretRef.name": "a-secret", "spec.auth.app.privateKeySecretRef.name": "a-secret",
        "spec.auth.ssh.privateKeySecretRef.name": "a-secret",
        "spec.auth.ssh.knownHostsConfigMapRef.name": "a-config",
        // Names in the workload.
        "spec.workload.image": "an/image:1", "spec.workload.volumes[].name": "a-volume",
        "spec.workload.volumes[].type": "pvc", "spec.workload.volumes[].claimName": "a-claim",
        "spec.workload.volumes[].mountPath": "/a/path", "spec.loop.state.volumeNames[]": "a-volume",
        "spec.loop.condition.source.path": "a/path", "spec.loop.condition.source.onMissing": "a-choice",
        "spec.loop.condition.source.onInvalid": "a-choice", "spec.name": "a-step",
        "spec.workload.serviceAccountName": "an-account", "spec.security.allowedServiceAccounts[]": "another-account",
        // What a contract demands are keys, not values; where a text is from names an issue.
        "spec.contract.mappings[].from": "a-source", "spec.contract.mappings[].to": "a-target",
        "spec.contract.requiredKeys[]": "a-required-key", "spec.source.provider": "github",
        "spec.source.externalId": "acme/app#7", "spec.source.url": "https://example.org/7",
        "spec.implementation.inline.source.url": "https://example.org/7",
        "spec.implementation.inline.contract.mappings[].from": "a-source",
        "spec.implementation.inline.contract.mappings[].to": "a-target",
        "spec.implementation.inline.contract.requiredKeys[]": "a-required-key",
        "spec.implementation.inline.source.provider": "github",
        "spec.implementation.inline.source.externalId": "acme/app#7",
        "spec.security.allowedImplementationSourceProviders[]": "linear",
        // Words and names of a run.
        "spec.idempotencyKey": "a-key", "spec.vcsPolicy.mode": "read-write", "status.phase": "Running",
        "status.vcs.repository": "acme/app", "status.vcs.headBranch": "codex/a-head",
        "status.vcs.branch": "codex/a-head",
        "status.vcs.baseBranch": "main", "status.vcs.mode": "read-write", "status.conditions[].type": "Accepted",
        "status.conditions[].status": "True",
        // A provider's settings.
        "spec.provider": "github", "spec.auth.method": "token", "spec.auth.token.type": "pat",
        "spec.repositoryPolicy.allow[]": "other/app", "spec.repositoryPolicy.deny[]": "acme/*",
        "spec.defaults.baseBranch": "main", "spec.defaults.branchTemplate": "codex/{{ agentRun.name }}",
    ]

    /// Fields that hold a prompt, and with it what looks like tokens.
    private static let texts = ["text", "summary", "objective", "systemPrompt", "description"]

    /// Kind, path and type of each field.
    private let fields: [(kind: String, path: String, type: String)]

    init(generation: String) throws {
        let list = try Checkout.text("Tests/Golden/crd-fields/\(generation).txt")
        fields = list.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            return (words[0], words[1], words[2])
        }
    }

    var kinds: [String] { Set(fields.map(\.kind)).sorted() }

    /// An object of that kind in namespace `agents`.
    func object(
        of kind: String,
        named name: String,
        runtime: String = "job",
        _ markers: inout Markers
    ) -> [String: Any] {
        var object: Any = [:]
        for field in fields where field.kind == kind && field.path != "metadata" {
            let place = "\(kind) \(field.path)"
            let value = value(of: field.path, field.type, place, runtime, &markers)
            object = Self.inserting(value, at: Self.steps(of: field.path)[...], into: object)
        }
        var members = object as? [String: Any] ?? [:]
        let group = kind == "SecretBinding" ? "security.proompteng.ai" : "agents.proompteng.ai"
        (members["apiVersion"], members["kind"]) = ("\(group)/v1alpha1", kind)
        members["metadata"] = [
            "name": name, "namespace": "agents", "uid": "uid-of-\(name)",
            // The decision log keeps labels whole.
            "labels": ["a-label": "a-value"],
            "annotations": ["an-annotation": markers.marker(of: "\(kind) metadata.annotations{}")],
        ]
        return members
    }

    private func value(
        of path: String,
        _ type: String,
        _ place: String,
        _ runtime: String,
        _ markers: inout Markers
    ) -> Any {
        let path = path.replacing("spec.workflow.steps[].", with: "spec.")
        if path == "spec.runtime.type" { return runtime }
        if path == "spec.parameters{}" { return parameters(place, &markers) }
        if let told = Self.told[path] { return told }
        let marker = markers.marker(of: place)
        switch type {
        case "boolean": return true
        case "integer", "number": return 3
        case "any": return ["a-member": marker, marker: marker]
        default:
            let name = path.split(separator: ".").last.map(String.init) ?? ""
            return Self.texts.contains(name) ? Self.text(marker) : marker
        }
    }

    /// A prompt with what looks like tokens, none of which may be told whole.
    private static func text(_ marker: String) -> String {
        "\(marker) ${a_name_as_long_as_a_key_is_\(marker)} {{ a sentence with \(marker) }} "
            + "{{ a_path.as_long_as_a_key_is_\(marker) }}"
    }

    /// Parameters, of which names of repository and branches may be told.
    private func parameters(_ place: String, _ markers: inout Markers) -> [String: Any] {
        var parameters: [String: Any] = ["head": "codex/a-head", "base": "main"]
        parameters["repository"] = "https://\(markers.marker(of: "\(place) repository"))@github.com/acme/app"
        for key in ["prompt", "title", "body", "issueTitle", "issueBody", "custom", "token"] {
            parameters[key] = Self.text(markers.marker(of: "\(place) \(key)"))
        }
        parameters["url"] = "https://u:\(markers.marker(of: "\(place) url"))@example.org/x"
        parameters["list"] = [markers.marker(of: "\(place) list")]
        return parameters
    }

    /// `a.b[].c{}` as names, `[]` and `{}`.
    private static func steps(of path: String) -> [String] {
        path.split(separator: ".").flatMap { part -> [String] in
            var (name, rest) = (part, [String]())
            while name.hasSuffix("[]") || name.hasSuffix("{}") {
                rest.insert(String(name.suffix(2)), at: 0)
                name = name.dropLast(2)
            }
            return [String(name)] + rest
        }
    }

    /// `whole` with `value` at `steps`; a map of values is one value here.
    private static func inserting(_ value: Any, at steps: ArraySlice<String>, into whole: Any?) -> Any {
        guard let step = steps.first else { return value }
        let rest = steps.dropFirst()
        switch step {
        case "[]":
            let first = (whole as? [Any])?.first
            return [inserting(value, at: rest, into: first)]
        case "{}":
            if let members = value as? [String: Any] { return members }
            return ["a-key": value]
        default:
            var members = whole as? [String: Any] ?? [:]
            members[step] = inserting(value, at: rest, into: members[step])
            return members
        }
    }
}
