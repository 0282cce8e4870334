import AgentRuns
import JSONPull
import TestPatience
import TestRandomness
import Testing

@testable import ClusterState

@Suite(.apart) struct `Objects for an audit` {
    private static let runs = ClusterSource(kind: .agentRun, namespace: nil)

    /// A run as a watch tells of it.
    private static func run(
        _ name: String,
        namespace: String = "agents",
        uid: String? = nil,
        generation: Int? = 1,
        text: String = "t",
        status: String = #"{"phase":"Running"}"#,
        annotations: String = "{}"
    ) -> String {
        """
        {"apiVersion":"agents.proompteng.ai/v1alpha1","kind":"AgentRun","metadata":{"name":"\(name)",\
        "namespace":"\(namespace)","uid":"\(uid ?? "uid-of-\(name)")",\(generation.map { "\"generation\":\($0)," } ?? "")\
        "annotations":\(annotations),"creationTimestamp":"2026-11-01T12:00:00Z","managedFields":[{"manager":"kubectl",\
        "time":"2026-11-02T12:00:00Z"},{"manager":"controller","subresource":"status","time":"2026-11-03T12:00:00Z"}]},\
        "spec":{"implementation":{"inline":{"text":"\(text)"}}},"status":\(status)}
        """
    }

    private static func put(
        _ json: String,
        in objects: AuditedObjects,
        of source: ClusterSource = runs,
        at time: Int64 = 0
    ) {
        let bytes = Array(json.utf8)
        unsafe bytes.withUnsafeBytes { unsafe objects.put($0, of: source, nowSeconds: time) }
    }

    private static func delete(_ json: String, in objects: AuditedObjects) {
        let bytes = Array(json.utf8)
        unsafe bytes.withUnsafeBytes { unsafe objects.delete($0, of: runs) }
    }

    private static func all(_ objects: AuditedObjects) -> [AuditedObjects.Object] {
        objects.objects(at: 0..<objects.placeCount)
    }

    private static func text(_ object: AuditedObjects.Object, in objects: AuditedObjects) -> String? {
        var room = [UInt8](repeating: 0, count: objects.maximumObjectBytes)
        return unsafe room.withUnsafeMutableBytes { room in
            unsafe object.withJSON(in: room) { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    private static func random(_ count: Int, seed: UInt64) -> String {
        var random = SplitMix(seed: seed)
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".utf8)
        return String(
            decoding: (0..<count).map { _ in letters[Int.random(in: letters.indices, using: &random)] },
            as: UTF8.self
        )
    }

    @Test func `are kept without what no rule reads`() throws {
        let objects = AuditedObjects()
        Self.put(
            Self.run("a", annotations: #"{"kubectl.kubernetes.io/last-applied-configuration":"{}","other":"x"}"#),
            in: objects
        )
        let object = try #require(Self.all(objects).first)
        #expect(object.generation == 1 && object.kind == .agentRun && object.withheld == nil)
        #expect(object.changedAt == Timestamp("2026-11-02T12:00:00Z"), "the status is no change")
        let text = try #require(Self.text(object, in: objects))
        #expect(text.contains(#""managedFields":null"#) && text.contains(#""status":null"#), "\(text)")
        #expect(text.contains(#"/last-applied-configuration":null"#) && text.contains(#""other":"x""#), "\(text)")
        #expect(text.contains(#""inline":{"text":"t"}"#) && text.contains(#""uid":"uid-of-a""#), "\(text)")
    }

    @Test(arguments: [
        (#"{"phase":"Succeeded"}"#, "{}", 0), (#"{"phase":" canceled "}"#, "{}", 0), (#"{"phase":"Pending"}"#, "{}", 1),
        ("null", "{}", 1), (#"{"phase":"Template"}"#, "{}", 1),
        (#"{"phase":"Failed"}"#, #"{"agents.proompteng.ai/template":"true"}"#, 1),
    ])
    func `are runs that are not over`(status: String, annotations: String, count: Int) {
        let objects = AuditedObjects()
        Self.put(Self.run("a"), in: objects)
        Self.put(Self.run("a", status: status, annotations: annotations), in: objects)
        #expect(Self.all(objects).count == count)
        #expect(objects.figures.objects == count)
        if count == 0 { #expect(objects.figures == AuditedObjects.Figures()) }
    }

    @Test func `are those that a list brought and a watch told of since`() {
        let objects = AuditedObjects()
        objects.beginList(of: Self.runs)
        for name in ["a", "b", "c"] { Self.put(Self.run(name), in: objects) }
        objects.commitList(of: Self.runs)
        Self.put(Self.run("d"), in: objects)
        Self.delete(Self.run("a"), in: objects)
        #expect(objects.figures.objects == 3)
        objects.beginList(of: Self.runs)
        Self.put(Self.run("d"), in: objects)
        // The list came to nothing, and begins anew.
        objects.beginList(of: Self.runs)
        Self.put(Self.run("c"), in: objects)
        #expect(objects.figures.objects == 3, "what was there stays until the list is whole")
        objects.commitList(of: Self.runs)
        #expect(Self.all(objects).compactMap { Self.text($0, in: objects) }.allSatisfy { $0.contains(#""name":"c""#) })
        #expect(objects.figures.objects == 1)
        Self.put(Self.run("e"), in: objects)
        #expect(objects.placeCount == 4, "places are used again")
    }

    @Test func `were first seen when their uid or generation was new`() {
        let objects = AuditedObjects()
        func seenAt() -> Int64? { Self.all(objects).first?.seenAtSeconds }
        Self.put(Self.run("a"), in: objects, at: 10)
        Self.put(Self.run("a", status: "{}"), in: objects, at: 20)
        #expect(seenAt() == 10)
        Self.put(Self.run("a", generation: 2), in: objects, at: 30)
        #expect(seenAt() == 30)
        objects.beginList(of: Self.runs)
        Self.put(Self.run("a", generation: 2), in: objects, at: 40)
        objects.commitList(of: Self.runs)
        #expect(seenAt() == 30)
        Self.put(Self.run("a", uid: "another", generation: 2), in: objects, at: 50)
        #expect(seenAt() == 50)
    }

    @Test func `that are too large are known by name alone`() throws {
        let objects = AuditedObjects()
        Self.put(Self.run("huge", text: String(repeating: "x", count: 300 << 10)), in: objects)
        let object = try #require(Self.all(objects).first)
        #expect(object.withheld == .tooLarge && objects.figures.tooLarge == 1 && objects.figures.objects == 0)
        let text = try #require(Self.text(object, in: objects))
        #expect(text.contains(#""name":"huge""#) && text.utf8.count < 300, "\(text)")
        Self.put(Self.run("huge"), in: objects)
        #expect(objects.figures.tooLarge == 0 && objects.figures.objects == 1)
    }

    @Test func `that are large never leave small ones without room`() {
        var limits = AuditedObjects.Limits()
        (limits.maximumBytes, limits.maximumLargeBytes) = (3 << 20, 1 << 20)
        let objects = AuditedObjects(limits: limits)
        for number in 0..<30 {
            Self.put(Self.run("large-\(number)", text: Self.random(100 << 10, seed: UInt64(number))), in: objects)
        }
        #expect(objects.figures.withoutRoom > 15 && objects.figures.bytes < 3 << 20)
        for number in 0..<1000 {
            Self.put(Self.run("small-\(number)", text: Self.random(300, seed: UInt64(number))), in: objects)
        }
        #expect(objects.figures.withoutRoom <= 30 && objects.figures.objects >= 1000)
        for number in 0..<30 { Self.delete(Self.run("large-\(number)"), in: objects) }
        #expect(objects.figures.withoutRoom == 0 && objects.figures.objects == 1000)
    }

    @Test func `take no more than there is room for, whatever they are`() {
        var limits = AuditedObjects.Limits()
        limits.maximumBytes = 1 << 20
        let objects = AuditedObjects(limits: limits)
        for number in 0..<1500 {
            Self.put(Self.run("r\(number)", text: Self.random(2000, seed: UInt64(number))), in: objects)
        }
        let figures = objects.figures
        // Those without room take their names.
        #expect(figures.withoutRoom > 500 && figures.objects > 250 && figures.bytes < 2 << 20, "\(figures)")
        for number in 0..<1500 { Self.delete(Self.run("r\(number)"), in: objects) }
        #expect(objects.figures == AuditedObjects.Figures())
    }

    @Test func `take little room where they have much in common`() {
        let objects = AuditedObjects()
        let text = Self.random(1500, seed: 1)
        let count = 2000
        for number in 0..<count {
            Self.put(Self.run("run-\(number)", uid: Self.random(36, seed: UInt64(number)), text: text), in: objects)
        }
        #expect(objects.figures.objects == count)
        #expect(objects.figures.bytes < count * 300, "\(objects.figures.bytes / count) bytes each")
        // Another template takes the place of the first one.
        let other = Self.random(1500, seed: 2)
        for number in 0..<count { Self.put(Self.run("run-\(number)", generation: 2, text: other), in: objects) }
        #expect(objects.figures.bytes < count * 400, "\(objects.figures.bytes / count) bytes each")
        #expect(Self.all(objects).allSatisfy { Self.text($0, in: objects)?.contains(other) == true })
    }

    @Test func `of other kinds are not kept`() {
        let objects = AuditedObjects()
        Self.put(Self.run("a"), in: objects, of: ClusterSource(kind: .memory, namespace: nil))
        Self.put(Self.run("a"), in: objects, of: ClusterSource(kind: .agent, namespace: nil))
        Self.put("{", in: objects)
        Self.put("[]", in: objects)
        #expect(Self.all(objects).isEmpty)
    }
}
