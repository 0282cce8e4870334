import FakeAPIServer
import JSONPull
import TestPatience
import Testing

@testable import AdmissionServer

/// Marks on their way from a review to a ConfigMap and back, with a fake API server.
@Suite(.limit(minutes: 2)) struct `Marks of reviews` {
    private func requests(_ server: FakeAPIServer) async throws -> [ReceivedRequest] {
        try await server.observations.requests.filter { $0.resource == .configMaps }
    }

    @Test func `are written, and read by whoever asks`() async throws {
        try await FakeAPIServer.run { server in
            let marker = try Marker(server, seed: 17)
            marker.note(0..<100)
            marker.note(0..<100)
            #expect(await marker.finish() == 0)
            #expect(try await server.objects(in: .configMaps).map(\.name) == ["agentrun-admission-marks-1"])
            #expect(marker.marks(.noted) == 200 && marker.marks(.written) == 100 && marker.marks(.dropped) == 0)
            let known = try await Marker(server).marks.read()
            #expect(known.count == 100)
            for run in 0..<100 {
                #expect(known.contains(uid: Marker.uid(run), generation: 1))
                #expect(!known.contains(uid: Marker.uid(run), generation: 2))
            }
            #expect(!known.contains(uid: Marker.uid(100), generation: 1))
            #expect(known.since != nil)
        }
    }

    @Test func `are kept with those that other replicas leave in the same place`() async throws {
        try await FakeAPIServer.run { server in
            let replicas = try (0..<4).map { _ in try Marker(server) }
            for (index, replica) in replicas.enumerated() { replica.note(index * 10..<index * 10 + 10) }
            let lost = await withTaskGroup { tasks in
                for replica in replicas { tasks.addTask { await replica.finish() } }
                return await tasks.reduce(0, +)
            }
            #expect(lost == 0)
            let known = try await replicas[0].marks.read()
            #expect(known.count == 40)
            #expect(replicas.map { $0.writes(.conflict) }.reduce(0, +) > 0)
            #expect(replicas.allSatisfy { $0.log.lines.isEmpty })
        }
    }

    /// What a replica knows is in its ConfigMap need not be read again.
    @Test func `take one request a write while nobody else writes there`() async throws {
        try await FakeAPIServer.run { server in
            let marker = try Marker(server)
            let task = Task { await marker.marks.run() }
            try await Marker.settle { marker.writes(.written) == 1 }
            for round in 1...3 as ClosedRange<Int64> {
                try await Marker.settle {
                    marker.clock.move(by: 5000)
                    marker.note(Int(round)..<Int(round) + 1)
                    return marker.writes(.written) > round
                }
            }
            task.cancel()
            await task.value
            let verbs = try await requests(server).map(\.verb)
            #expect(verbs.prefix(2) == [.get, .create])
            #expect(verbs.dropFirst(2).allSatisfy { $0 == .update }, "\(verbs)")
        }
    }

    /// An installation whose API server never calls must be told from one whose marks have not begun.
    @Test func `have begun once a replica has, reviews or not`() async throws {
        try await FakeAPIServer.run { server in
            let marker = try Marker(server, seed: 5)
            #expect(try await marker.marks.read().since == nil)
            let task = Task { await marker.marks.run() }
            try await Marker.settle { marker.writes(.written) == 1 }
            task.cancel()
            await task.value
            let known = try await marker.marks.read()
            #expect(known.count == 0 && known.since != nil)
        }
    }

    // MARK: What goes

    @Test func `of runs that are over are removed after ten minutes, and nobody's else`() async throws {
        try await FakeAPIServer.run { server in
            let (writer, auditor) = (try Marker(server), try Marker(server))
            writer.note(0..<20)
            let task = Task { await writer.marks.run() }
            try await Marker.settle { writer.marks(.written) == 20 }
            let active = try (0..<5).map { try Marker.mark($0) }
            #expect(try await auditor.marks.drop(allBut: active) == 0)
            auditor.clock.move(by: MarkPruning.graceMilliseconds - 1)
            #expect(try await auditor.marks.drop(allBut: active) == 0)
            auditor.clock.move(by: 1)
            #expect(try await auditor.marks.drop(allBut: active) == 15)
            // The writer knows the ConfigMap as it was: what was removed does not come back.
            try await Marker.settle {
                writer.clock.move(by: 5000)
                writer.note(20..<22)
                return writer.marks(.written) == 22
            }
            task.cancel()
            await task.value
            let known = try await auditor.marks.read()
            for run in 0..<22 {
                #expect(known.contains(uid: Marker.uid(run), generation: 1) == (run < 5 || run >= 20), "\(run)")
            }
            #expect(writer.writes(.conflict) == 1)
        }
    }

    /// The ConfigMap changes between the look at it and the write.
    @Test func `that another replica adds meanwhile stay`() async throws {
        try await FakeAPIServer.run { server in
            let (auditor, writer) = (try Marker(server), try Marker(server))
            auditor.note(0..<10)
            #expect(await auditor.marks.finish(within: .seconds(20)) == 0)
            #expect(try await auditor.marks.drop(allBut: [ReviewMark]()) == 0)
            auditor.clock.move(by: MarkPruning.graceMilliseconds)
            try await server.script(FaultRule(matching: .init(.update, .configMaps), times: 1, .hold))
            async let dropped = auditor.marks.drop(allBut: [ReviewMark]())
            try await server.waitUntil { $0.heldRequests == 1 }
            writer.note(10..<12)
            #expect(await writer.finish() == 0)
            try await server.releaseHeldRequests()
            #expect(try await dropped == 10)
            let known = try await auditor.marks.read()
            #expect(known.count == 2 && known.contains(uid: Marker.uid(11), generation: 1))
        }
    }
}
