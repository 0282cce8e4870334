import Foundation
import TestCheckout
import TestPrograms

/// A folder with a `kustomization.yaml`.
enum Kustomization {
    /// kubectl did not render it.
    struct NotRendered: Error, CustomStringConvertible {
        var description: String
    }

    /// The objects `kubectl kustomize` makes of `folder`, which is below `deploy`: the repository's, or a copy of it.
    static func render(
        _ folder: String,
        in deploy: URL = Checkout.root.appending(path: "deploy")
    ) async throws -> [Value] {
        guard try await kubectlIsOld else { return try await build(deploy.appending(path: folder)) }
        let copy = try Folder(copying: deploy)
        try useOldWords(in: copy)
        return try await build(copy.url.appending(path: folder)).map(withoutNamespaceOfCluster)
    }

    private static func build(_ folder: URL) async throws -> [Value] {
        let program = try await Program.named("kubectl", "kustomize", folder.path)
        guard program.status == 0 else { throw NotRendered(description: program.errors) }
        return try Value.documents(program.output)
    }

    // MARK: kubectl before 1.21

    /// Whether kubectl is from before 1.21, such as Debian 12's, whose kustomize calls some fields by other names.
    private static var kubectlIsOld: Bool {
        get async throws {
            let program = try await Program.named("kubectl", "version", "--client", "--output=json")
            let version = try Value.documents(program.output).first?["clientVersion"] ?? .null
            guard let minor = version["minor"].string.flatMap({ Int($0.prefix { $0.isNumber }) }) else {
                throw NotRendered(description: program.errors)
            }
            return version["major"].string == "1" && minor < 21
        }
    }

    /// It takes webhook configurations for objects of a namespace.
    private static func withoutNamespaceOfCluster(_ object: Value) -> Value {
        guard object["kind"].string == "ValidatingWebhookConfiguration" else { return object }
        var (members, metadata) = (object.object, object["metadata"].object)
        metadata["namespace"] = nil
        members["metadata"] = .object(metadata)
        return .object(members)
    }

    /// Rewrites folders under `resources` to `bases`, and `patches` to `patchesStrategicMerge`.
    private static func useOldWords(in folder: Folder) throws {
        let encoder = JSONEncoder()
        // Its YAML library does not know the escape.
        encoder.outputFormatting = .withoutEscapingSlashes
        let files = FileManager.default.enumerator(atPath: folder.url.path)?.compactMap { $0 as? String } ?? []
        for file in files where file.hasSuffix("kustomization.yaml") {
            let url = folder.url.appending(path: file)
            var members = try Value.documents(String(contentsOf: url, encoding: .utf8)).first?.object ?? [:]
            let resources = members["resources"]?.strings ?? []
            members["bases"] = .array(resources.filter { $0.hasPrefix("..") }.map(Value.string))
            members["resources"] = .array(resources.filter { !$0.hasPrefix("..") }.map(Value.string))
            members["patchesStrategicMerge"] = .array(members["patches"]?.array.map { $0["path"] } ?? [])
            members["patches"] = nil
            try encoder.encode(Value.object(members)).write(to: url)
        }
    }
}
