import Foundation
import Policy
import TestCheckout
import Testing

@Suite struct `Policy schema` {
    @Test func `deploy/agentrun-policy.schema.json is what the code says`() throws {
        #expect(
            try Checkout.text("deploy/agentrun-policy.schema.json") == PolicySchema.json,
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
            #expect(Set(keys) == Set(["action", "reasons", "note"] + options), "\(rule.rawValue)")
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
