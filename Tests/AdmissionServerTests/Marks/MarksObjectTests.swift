import Foundation
import JSONPull
import KubernetesClient
import TestRandomness
import Testing

@testable import AdmissionServer

@Suite struct `A ConfigMap of marks` {
    private static let marks = SortedMarks([1, 0x0123_4567_89AB_CDEF, .max])
    private static let object = """
        {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"agentrun-admission-marks-3","namespace":"agents","uid":"u-1",\
        "resourceVersion":"4711","creationTimestamp":"2026-11-01T12:00:00Z","labels":{"team":"platform"},"managedFields":[\
        {"manager":"webhook","operation":"Update","fieldsType":"FieldsV1","fieldsV1":{"f:binaryData":{".":{},"f:marks":{}}}}]},\
        "binaryData":{"marks":"\(Data(marks.bytes).base64EncodedString())"}}
        """

    @Test func `is written back with its metadata and other marks`() throws {
        let read = try MarksObject.decode(Array(Self.object.utf8))
        #expect(read.marks == Self.marks && read.flaw == nil && read.resourceVersion == "4711")
        let more = Self.marks.union(SortedMarks([7]))
        let again = try MarksObject.decode(read.update(more))
        #expect(again.marks == more && again.flaw == nil && again.resourceVersion == "4711")
        #expect(again.createdAt == read.createdAt && again.createdAt != nil)
        let labels = #""labels":{"team":"platform"}"#
        #expect(String(decoding: read.update(more), as: UTF8.self).contains(labels), "an operator's labels stay")
    }

    /// Of two the later counts whole: an update never goes out without the version of the state it replaces.
    @Test func `of which a member is there twice is that of the later one`() {
        let body =
            #"{"metadata":{"resourceVersion":"1","creationTimestamp":"2026-11-01T12:00:00Z"},"metadata":{"name":"m"}}"#
        #expect(throws: AnswerProblem.self) { try MarksObject.decode(Array(body.utf8)) }
    }

    @Test func `that somebody has changed in whatever way is refused, or read and put right`() throws {
        let spice: [UInt8] = Array(#"{}[]",:\/+=A0"#.utf8) + [0x00, 0x80, 0xC3, 0xFF]
        var (refused, flawed, changed) = (0, 0, 0)
        for seed in 0..<4000 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            var body = Array(Self.object.utf8)
            // Half of them among the marks.
            let first = seed.isMultiple(of: 2) ? 0 : body.count - 40
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: first..<body.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: body[place] = spice.randomElement(using: &random) ?? 0
                case 1: body.remove(at: place)
                case 2: body.insert(spice.randomElement(using: &random) ?? 0, at: place)
                default: body.insert(contentsOf: body[place..<min(body.count, place + 30)], at: place)
                }
            }
            guard let read = try? MarksObject.decode(body) else {
                refused += 1
                continue
            }
            flawed += read.flaw == nil ? 0 : 1
            changed += read.marks == Self.marks ? 0 : 1
            let isAscending = zip(read.marks.bits, read.marks.bits.dropFirst()).allSatisfy { $0 < $1 }
            #expect(isAscending && read.marks.count <= MarksObject.maximumMarks, "seed \(seed)")
            let written = try MarksObject.decode(read.update(Self.marks))
            #expect(written.marks == Self.marks && written.flaw == nil, "seed \(seed)")
            #expect(written.resourceVersion == read.resourceVersion, "seed \(seed)")
        }
        #expect(refused > 1000 && flawed > 100 && changed > 100, "\(refused), \(flawed), \(changed)")
    }
}
