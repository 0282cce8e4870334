import Foundation
import JSONPull
import Policy
import TestCheckout
import Testing

@Suite struct `Rule catalogue` {
    @Test func `docs/rules.md is what the code says`() throws {
        let file = try Checkout.text("docs/rules.md")
        #expect(file == RuleCatalogue.markdown, "run: agentrun-admission rules --output markdown > docs/rules.md")
    }

    @Test func `every reason belongs to one rule`() {
        let reasons = RuleID.allCases.flatMap(\.reasons)
        #expect(Set(reasons).count == reasons.count)
        #expect(Set(reasons).union([.ruleFailed]) == Set(Reason.allCases))
    }

    @Test func `every reason says what it means and how to put it right`() {
        for reason in Reason.allCases {
            #expect(!reason.meaning.isEmpty && !reason.example.isEmpty && !reason.fix.isEmpty)
            #expect(!reason.meaning.hasSuffix("."))
        }
    }

    @Test func `is printed as JSON`() throws {
        let ids = try JSONReader.read(RuleCatalogue.json) { reader throws(JSONError) in
            var ids: [String] = []
            guard try reader.enterObject() else { return ids }
            var isFirst = true
            while try reader.nextKey(&isFirst) != nil {
                guard try reader.enterArray() else { return ids }
                var isFirstRule = true
                while try reader.nextElement(&isFirstRule) {
                    guard try reader.enterObject() else { return ids }
                    var isFirstKey = true
                    while let key = try reader.nextKey(&isFirstKey) {
                        if key.string == "id" {
                            ids.append(try reader.readString() ?? "")
                        } else {
                            try reader.skipValue()
                        }
                    }
                }
            }
            return ids
        }
        #expect(ids == RuleCatalogue.rules.map(\.rawValue))
    }
}
