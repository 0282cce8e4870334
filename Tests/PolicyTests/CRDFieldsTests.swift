import Foundation
import JSONPull
import PolicyTestSupport
import TestCheckout
import Testing
import YAMLPull

/// `Tests/Golden/crd-fields` has every field of every kind, from the definitions in `../shared/reference/crds`: tests that walk
/// all fields (`Leaks of the command`) read it.
@Suite struct `Fields of the definitions` {
    /// Where the definitions are beside the checkout; a clone elsewhere has none, and nothing to compare.
    private static func definitions(_ generation: String) -> [URL] {
        let folder = Checkout.root.appending(path: "../shared/reference/crds/\(generation)")
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "yaml" }
    }

    @Test(arguments: ["2026-02", "2026-08"]) func `are those of the list`(generation: String) throws {
        let files = Self.definitions(generation)
        if files.isEmpty { return }
        let fields = Set(try files.flatMap(Self.fields)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let text = fields.joined(separator: "\n") + "\n"
        let list = Checkout.root.appending(path: "Tests/Golden/crd-fields/\(generation).txt")
        if ProcessInfo.processInfo.environment["UPDATE_CRD_FIELDS"] != nil {
            try Data(text.utf8).write(to: list)
        }
        #expect(
            try String(contentsOf: list, encoding: .utf8) == text,
            "run: UPDATE_CRD_FIELDS=1 swift test --filter CRDFieldsTests"
        )
    }

    /// `KIND PATH TYPE` of every leaf; `[]` stands for the items of a list, `{}` for the values of a map.
    private static func fields(of file: URL) throws -> [String] {
        var documents: [YAMLDocument] = []
        try YAMLReader.documents(in: Array(try Data(contentsOf: file))) { documents.append(try $0.get()) }
        return try documents.flatMap { document in
            let object = try #require(JSONSerialization.jsonObject(with: Data(document.json)) as? [String: Any])
            let spec = object["spec"] as? [String: Any]
            let kind = (spec?["names"] as? [String: Any])?["kind"] as? String
            let versions = spec?["versions"] as? [[String: Any]] ?? []
            return versions.flatMap { version in
                let schema = (version["schema"] as? [String: Any])?["openAPIV3Schema"] as? [String: Any]
                return leaves(schema ?? [:], "").map { "\(kind ?? "") \($0)" }
            }
        }
    }

    private static func leaves(_ schema: [String: Any], _ path: String) -> [String] {
        if let members = schema["properties"] as? [String: [String: Any]] {
            return members.flatMap { leaves($1, path.isEmpty ? $0 : "\(path).\($0)") }
        }
        let type = schema["type"] as? String
        if type == "array" { return leaves(schema["items"] as? [String: Any] ?? [:], path + "[]") }
        if let values = schema["additionalProperties"] as? [String: Any] { return leaves(values, path + "{}") }
        return ["\(path) \(type == nil || type == "object" ? "any" : type ?? "")"]
    }
}
