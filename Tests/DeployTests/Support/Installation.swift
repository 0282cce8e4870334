import Foundation
import TestCheckout
import TestPrograms

/// What one way of installing puts into a cluster.
struct Installation: Sendable {
    /// The ways: the overlays, and the example once its comment has been followed.
    static let folders = [
        "overlays/self-managed", "overlays/cert-manager", "overlays/fail-open", mountedSecret, podCertificate, events,
        reports,
    ]
    static let mountedSecret = "examples/mounted-secret"
    static let podCertificate = "examples/pod-certificate"
    static let events = "examples/events"
    static let reports = "examples/reports"

    let objects: [Value]

    /// Renders `folder`, once for all tests.
    static func render(_ folder: String) async throws -> Installation { try await Rendered.shared.installation(folder) }

    /// What has been rendered.
    private actor Rendered {
        static let shared = Rendered()
        private var installations: [String: Task<Installation, any Error>] = [:]

        func installation(_ folder: String) async throws -> Installation {
            // Belongs to all tests that ask for the folder, so no one of them may cancel it.
            let task = installations[folder] ?? Task { try await Installation.renderAnew(folder) }
            installations[folder] = task
            return try await task.value
        }
    }

    private static func renderAnew(_ folder: String) async throws -> Installation {
        guard [mountedSecret, podCertificate].contains(folder) else {
            return Installation(objects: try await Kustomization.render(folder))
        }
        let copy = try Folder(copying: Checkout.root.appending(path: "deploy"))
        if folder == podCertificate {
            let authority = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
            try Data(authority.utf8).write(to: copy.url.appending(path: "\(folder)/trust-bundle.pem"))
        }
        try await prepareExample(in: copy.url.appending(path: folder))
        return Installation(objects: try await Kustomization.render(folder, in: copy.url))
    }

    /// Runs the commands in the comment at the head of the example.
    private static func prepareExample(in folder: URL) async throws {
        let comment = try String(contentsOf: folder.appending(path: "kustomization.yaml"), encoding: .utf8)
            .split(separator: "\n").filter { $0.hasPrefix("#   ") && !$0.hasPrefix("#    ") }.map { $0.dropFirst(4) }
        let script = "set -eu; cd \(folder.path)\n" + comment.joined(separator: "\n")
        let tools = URL(fileURLWithPath: Program.underTest).deletingLastPathComponent().path
        let program = try await Program.run("/usr/bin/env", ["bash", "-c", script], searchPath: tools)
        guard program.status == 0, !comment.isEmpty else {
            throw Kustomization.NotRendered(description: program.errors)
        }
    }

    // MARK: Objects

    /// The objects of a kind.
    func all(_ kind: String) -> [Value] { objects.filter { $0["kind"].string == kind } }

    /// The only object of a kind, null when there are none or several.
    func only(_ kind: String) -> Value {
        let found = all(kind)
        return found.count == 1 ? found.first ?? .null : .null
    }

    func named(_ kind: String, _ name: String) -> Value {
        all(kind).first { $0["metadata"]["name"].string == name } ?? .null
    }

    var namespace: String? { only("Namespace")["metadata"]["name"].string }
    var webhooks: [Value] { only("ValidatingWebhookConfiguration")["webhooks"].array }
    var podTemplate: Value { only("Deployment")["spec"]["template"] }
    var pod: Value { podTemplate["spec"] }
    var container: Value { pod["containers"].array.first ?? .null }

    /// The flags of the server with their values, as `--name: value`; a flag without value has an empty one.
    var flags: [String: String] {
        var flags: [String: String] = [:]
        for argument in container["args"].strings.dropFirst() {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            flags[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
        }
        return flags
    }

    /// The number of a container's port.
    func port(_ name: String?) -> Int? {
        container["ports"].array.first { $0["name"].string == name }?["containerPort"].int
    }
}

/// A Kubernetes label selector.
struct LabelSelector {
    var value: Value

    /// Whether it matches; nil when it uses what this does not know.
    func matches(_ labels: [String: String]) -> Bool? {
        guard Set(value.object.keys).isSubset(of: ["matchLabels", "matchExpressions"]) else { return nil }
        guard value["matchLabels"].stringMembers.allSatisfy({ labels[$0] == $1 }) else { return false }
        for expression in value["matchExpressions"].array {
            guard let key = expression["key"].string, let name = expression["operator"].string else { return nil }
            let values = expression["values"].strings
            let holds: Bool
            switch name {
            case "In": holds = labels[key].map(values.contains) ?? false
            case "NotIn": holds = labels[key].map { !values.contains($0) } ?? true
            case "Exists": holds = labels[key] != nil
            case "DoesNotExist": holds = labels[key] == nil
            default: return nil
            }
            guard holds else { return false }
        }
        return true
    }
}
