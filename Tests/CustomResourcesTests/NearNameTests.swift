import JSONPull
import TestPatience
import Testing

@testable import CustomResources

/// What it costs to say what somebody meant, counted and not timed.
@Suite(.apart, .limit(minutes: 2)) struct `Near names` {
    private func nearest(_ name: ExactString, _ known: [ExactString]) -> ExactString? {
        var names = NearNames()
        return names.nearest(to: name, among: known)
    }

    @Test(arguments: [
        ("paramters", "parameters"), ("Parameters", "parameters"), ("sceret", "secret"), ("nmae", "name"),
        ("nme", "name"),
        ("nm", nil), ("something", nil), (String(repeating: "a", count: 64), String(repeating: "a", count: 65)),
        (String(repeating: "a", count: 65), nil), ("\u{301}parameters", "parameters"),
    ])
    func `are found`(name: String, expected: String?) {
        let known: [ExactString] = ["parameters", "secret", "name", ExactString(String(repeating: "a", count: 65))]
        #expect(nearest(ExactString(name), known)?.string == expected)
    }

    @Test func `do not depend on the order of the known`() {
        let known: [ExactString] = ["stop", "step", "stip"]
        #expect(nearest("stap", known) == "step")
        #expect(nearest("stap", known.reversed()) == "step")
    }

    /// A schema with so many properties of eight bytes.
    private static func schema(_ count: Int, isPartial: Bool) -> StructuralSchema {
        let schema = StructuralSchema(.object)
        for index in 0..<count { schema.properties[ExactString("prop\(1000 + index)")] = StructuralSchema() }
        schema.isPartial = isPartial
        let root = StructuralSchema(.object)
        root.properties["spec"] = schema
        return root
    }

    /// An object with so many members whose names are near to nothing, but of a length that has them compared.
    private static func object(_ count: Int) -> [UInt8] {
        let members = (0..<count).lazy.map { #""x\#(1_000_000 + $0)":0"# }.joined(separator: ",")
        return Array(#"{"spec":{\#(members)}}"#.utf8)
    }

    private func work(_ members: Int, _ schema: StructuralSchema) -> (work: Int, faults: Int) {
        unsafe Self.object(members).withUnsafeBytes { bytes in
            let check = unsafe SchemaCheck.check(bytes, by: schema)
            return (SchemaLimits.maximumNameWork - check.nearNames.workLeft, check.faults.count)
        }
    }

    @Test(arguments: [(20, false), (20, true), (1000, false), (1000, true)])
    func `cost twice as much for twice the names at most, and never more than the bound`(
        properties: Int,
        isPartial: Bool
    ) {
        let schema = Self.schema(properties, isPartial: isPartial)
        for members in [10, 20, 1000, 125_000] {
            let (once, twice) = (work(members, schema), work(2 * members, schema))
            #expect(once.work <= members * properties * 65)
            #expect(twice.work <= 2 * once.work)
            // What crosses the bound is one comparison.
            #expect(twice.work <= SchemaLimits.maximumNameWork + 65)
            #expect(twice.faults == (isPartial ? 0 : min(2 * members, SchemaLimits.maximumFaults)))
        }
    }
}
