import FakeAPIServer
import Foundation
import JSONPull
import TestPatience
import Testing

@testable import AdmissionServer

@Suite(.limit(minutes: 2)) struct `Marks that cannot be written, or not as they were` {
    private static func json(_ name: String, _ members: String) -> String {
        """
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\(name)","labels":{"kept":"yes"}}\(members)}
        """
    }

    private static func base64(_ marks: some Sequence<UInt64>) -> String {
        Data(marks.flatMap { mark in (0..<8).map { UInt8(truncatingIfNeeded: mark >> (56 - 8 * $0)) } })
            .base64EncodedString()
    }

    @Test(arguments: [
        (
            Fault.forbidden(user: "webhook", verb: "get", .configMaps, namespace: "system"), MarkWriteResult.forbidden,
            "grant the verbs get and update on configmaps \"agentrun-admission-marks-0\" to \"agentrun-admission-marks-f\" "
                + "and create on configmaps in that namespace"
        ),
        (.tooManyRequests(retryAfterSeconds: 1), .throttled, "HTTP 429"),
        (.status(500, "InternalError", "etcdserver: no leader"), .failed, "no leader"),
        (.html(code: 502), .failed, "no proxy or login page"),
        (.raw(Array("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".utf8)), .failed, "no ConfigMap"),
    ])
    func `wait for an API server that does not take them, which is told once`(
        fault: Fault,
        result: MarkWriteResult,
        reason: String
    ) async throws {
        try await FakeAPIServer.run { server in
            try await server.script(FaultRule(matching: .init(nil, .configMaps), times: 3, fault))
            let marker = try Marker(server)
            marker.note(0..<10)
            #expect(await marker.finish() == 0)
            #expect(marker.writes(result) == 3)
            #expect(marker.log.lines.count == 2, "\(marker.log.lines)")
            #expect(marker.log.lines.first?.hasPrefix("error reviews leave no marks") == true)
            #expect(marker.log.lines.first?.contains(reason) == true, "\(marker.log.lines)")
            #expect(marker.log.lines.last?.hasPrefix("notice reviews leave marks again") == true)
            #expect(try await Marker(server).marks.read().count == 10)
        }
    }

    @Test func `are tried again no sooner than the API server has asked for`() async throws {
        try await FakeAPIServer.run { server in
            try await server.script(
                FaultRule(matching: .init(nil, .configMaps), times: nil, .tooManyRequests(retryAfterSeconds: 40))
            )
            let reader = try Marker(server)
            let failure = await #expect(throws: MarksFailure.self) { try await reader.marks.read() }
            #expect(failure?.retryAfterMilliseconds == 40_000)
            let marker = try Marker(server)
            let task = Task { await marker.marks.run() }
            try await Marker.settle { marker.writes(.throttled) == 1 }
            // Back-off alone would have it tried again after a second.
            marker.clock.move(by: 39_999)
            marker.note(0..<1)
            try await Marker.settle { marker.marks(.noted) == 1 }
            #expect(marker.writes(.throttled) == 1)
            marker.clock.move(by: 1)
            marker.note(1..<2)
            try await Marker.settle { marker.writes(.throttled) == 2 }
            task.cancel()
            await task.value
        }
    }

    @Test func `that cannot be written before the end are lost and counted`() async throws {
        let server = try FakeAPIServer()
        try await server.start()
        let start = ContinuousClock.now
        let marker = try Marker(server) { Int64((ContinuousClock.now - start) / .milliseconds(1)) }
        await server.stop()
        marker.note(0..<10)
        #expect(await marker.marks.finish(within: .milliseconds(500)) == 10)
        #expect(ContinuousClock.now - start < .seconds(20 * Patience.factor))
        #expect(marker.log.lines.count == 1, "\(marker.log.lines)")
    }

    @Test(arguments: [
        (#","data":{"more":"x"}"#, "has data beside binaryData.marks", 0),
        (#","binaryData":{"marks":"AAAAAAAAAAE=","more":"eA=="}"#, "has data beside binaryData.marks", 1),
        (#","binaryData":{"marks":"no base64!"}"#, "has a binaryData.marks that is no base64", 0),
        (#","binaryData":{"marks":"AAAAAAAAAAEA"}"#, "has a binaryData.marks of 9 bytes, where a mark has 8", 0),
        (#","binaryData":{"marks":"AAAAAAAAAAIAAAAAAAAAAQ=="}"#, "has marks out of order", 2),
    ])
    func `put right what somebody else has made of a ConfigMap, and say so once`(
        members: String,
        flaw: String,
        kept: Int
    ) async throws {
        try await FakeAPIServer.run { server in
            let name = "agentrun-admission-marks-0"
            try await server.create(json: Self.json(name, members), in: .configMaps, namespace: "system")
            let marker = try Marker(server)
            #expect(try await marker.marks.read().count == kept)
            #expect(try await marker.marks.read().count == kept)
            marker.note(0..<1)
            #expect(await marker.finish() == 0)
            let line =
                "warning a ConfigMap of review marks was changed by somebody else, and is put right with the next write "
            #expect(marker.log.lines == [line + "reason=ConfigMap \"\(name)\" \(flaw)"])
            let reader = try Marker(server)
            #expect(try await reader.marks.read().count == kept + 1)
            #expect(reader.log.lines.isEmpty)
            let object = try #require(try await server.object(name, in: .configMaps, namespace: "system"))
            let text = String(decoding: object.bytes, as: UTF8.self)
            #expect(text.contains(#""kept":"yes""#) && !text.contains("more"), "\(text)")
        }
    }

    @Test func `that are too many for one ConfigMap are read as far as it may be filled`() async throws {
        try await FakeAPIServer.run { server in
            let many = Self.base64(1...UInt64(MarksObject.maximumMarks + 1))
            let members = #","binaryData":{"marks":"\#(many)"}"#
            let name = "agentrun-admission-marks-0"
            try await server.create(json: Self.json(name, members), in: .configMaps, namespace: "system")
            let marker = try Marker(server)
            #expect(try await marker.marks.read().count == MarksObject.maximumMarks)
            #expect(marker.log.lines.first?.contains("has 16385 marks, and 16384 are read") == true)
        }
    }

    @Test func `go to the next ConfigMap when one is full, and wait when all are`() async throws {
        try await FakeAPIServer.run { server in
            let full = Self.base64(1...UInt64(MarksObject.maximumMarks - 1))
            let members = #","binaryData":{"marks":"\#(full)"}"#
            try await server.create(json: Self.json(MarksObject.name(0), members), in: .configMaps, namespace: "system")
            let first = try Marker(server)
            first.note(0..<3)
            #expect(await first.finish() == 0)
            let names = try await server.objects(in: .configMaps).map(\.name)
            #expect(names == [MarksObject.name(0), MarksObject.name(1)])
            #expect(try await first.marks.read().count == MarksObject.maximumMarks + 2)

            for index in 2..<MarksObject.count {
                let name = MarksObject.name(index)
                try await server.create(json: Self.json(name, members), in: .configMaps, namespace: "system")
            }
            try await server.update(
                MarksObject.name(1),
                in: .configMaps,
                namespace: "system",
                mergingJSON: "{\(members.dropFirst())}"
            )
            // Each but the first has room for one more.
            let second = try Marker(server)
            second.note(10..<10 + MarksObject.count)
            let task = Task { await second.marks.run() }
            try await Marker.settle { second.writes(.full) == 1 }
            task.cancel()
            await task.value
            #expect(second.marks(.written) == Int64(MarksObject.count - 1) && second.marks.waitingCount == 1)
            #expect(second.log.lines.count == 1 && second.log.lines[0].contains("are full"), "\(second.log.lines)")
        }
    }
}
