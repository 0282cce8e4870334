import AdmissionAPI
import AgentRuns
import JSONPull
import Testing

@testable import Policy

@Suite struct `The room of an audit` {
    private static func verdict(_ action: Action, at key: ExactString = "head", values: Int = 0) -> Verdict {
        let verdict = Verdict(
            uid: "",
            operation: .create,
            dryRun: false,
            object: Verdict.Object(
                kind: GroupVersionKind(group: "g", version: "v", kind: "k"),
                namespace: "agents",
                name: "a",
                uid: "u"
            )
        )
        let path = FieldPath("spec.parameters").member(key)
        let finding = Finding(
            rule: .parameters,
            reason: .tooLarge,
            action: action,
            field: path.text,
            path: path,
            message: "too large",
            remedy: "make it smaller",
            values: (0..<values).map { Finding.Value(text: ExactString("value-\($0)"), action: action) }
        )
        verdict.findings = [finding]
        return verdict
    }

    private static func count(_ verdict: Verdict, in room: inout AuditRoom) -> Int {
        var count = 0
        while room.takes(verdict) { count += 1 }
        return count
    }

    /// What a finding holds fast of an object counts, though little of it is told.
    @Test func `is taken by keys and values that are cut or counted in what is told`() {
        let long = Self.verdict(.deny, at: ExactString(String(repeating: "k", count: 100_000)))
        #expect(long.findings[0].field.utf8.count < 1000)
        for verdict in [long, Self.verdict(.deny, values: 5000)] {
            var room = AuditRoom()
            let count = Self.count(verdict, in: &room)
            #expect((1...200).contains(count), "\(count)")
        }
    }

    @Test func `is another for what denies`() {
        var room = AuditRoom()
        let warned = Self.count(Self.verdict(.warn), in: &room)
        let denied = Self.count(Self.verdict(.deny), in: &room)
        #expect(warned > 1000 && denied > warned)
        let later = Self.count(Self.verdict(.warn), in: &room)
        #expect(later == 0)
    }
}
