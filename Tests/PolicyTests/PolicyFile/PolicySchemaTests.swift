import Foundation
import Policy
import Testing

@Suite struct `Policy schema` {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test func `deploy/agentrun-policy.schema.json is what the code says`() throws {
        let file = Self.root.appending(path: "deploy/agentrun-policy.schema.json")
        #expect(
            try String(contentsOf: file, encoding: .utf8) == PolicySchema.json,
            "run: agentrun-admission policy schema > deploy/agentrun-policy.schema.json"
        )
    }

    @Test func `knows every rule with its reasons and options`() throws {
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(PolicySchema.json.utf8)) as? [String: Any]
        )
        let rules = try #require(Self.value(document, ["spec", "rules"])["properties"] as? [String: Any])
        #expect(Set(rules.keys) == Set(RuleCatalogue.rules.map(\.rawValue)))
        for rule in RuleCatalogue.rules {
            let entry = try Self.value(document, ["spec", "rules", rule.rawValue])
            let keys = try #require(entry["properties"] as? [String: Any]).keys
            let options = rule.descriptor.optionKeys
            #expect(Set(keys) == Set(["action", "reasons"] + options), "\(rule.rawValue)")
            let reasons = try Self.value(document, ["spec", "rules", rule.rawValue, "reasons"])["properties"]
            #expect(Set(try #require(reasons as? [String: Any]).keys) == Set(rule.reasons.map(\.rawValue)))
        }
    }

    private static func value(_ schema: [String: Any], _ path: [String]) throws -> [String: Any] {
        try path.reduce(schema) { schema, key in
            try #require((schema["properties"] as? [String: Any])?[key] as? [String: Any])
        }
    }
}
