import AdmissionServer
import FakeAPIServer
import JSONPull
import TestPatience
import Testing

/// Which reviews leave a mark.
@Suite(.limit(minutes: 1)) struct `A review leaves a mark` {
    /// Of the reviews, the generations that have one afterwards.
    private func marked(_ reviews: [Review]) async throws -> [Int64] {
        try await FakeAPIServer.run { server in
            let marker = try Marker(server)
            let service = ServiceUnderTest(marks: marker.marks)
            for review in reviews { #expect(service.post(review).status == 200) }
            #expect(await marker.finish() == 0)
            let known = try await marker.marks.read()
            let generations = [0, 1, 2, 3, .max] as [Int64]
            let found = generations.filter { known.contains(uid: "uid-of-run-1", generation: $0) }
            #expect(found.count == known.count, "there is a mark of something else")
            return found
        }
    }

    private static func review(_ operation: String = "CREATE", generation: String = "1") -> Review {
        var review = Review()
        review.operation = operation
        review.metadata = #","generation":\#(generation)"#
        return review
    }

    @Test func `when it admits a run`() async throws {
        #expect(try await marked([Self.review()]) == [1])
    }

    @Test(arguments: ["-1", "1.5", "1e0", #""1""#, "9223372036854775808", "null", "[1]"])
    func `but not of a generation that is none`(generation: String) async throws {
        #expect(try await marked([Self.review(generation: generation)]) == [])
    }

    @Test func `of every generation that an API server counts to`() async throws {
        #expect(try await marked([Self.review(generation: "9223372036854775807")]) == [.max])
        #expect(try await marked([Review()]) == [], "no generation")
    }

    @Test func `but not when nothing is stored`() async throws {
        var review = Self.review()
        review.dryRun = true
        #expect(try await marked([review]) == [])
    }

    @Test func `but not when it denies`() async throws {
        var review = Self.review()
        review.head = "main"
        #expect(ServiceUnderTest().post(review).allowed == false)
        #expect(try await marked([review]) == [])
    }

    @Test func `when it admits a change of the spec`() async throws {
        var review = Self.review("UPDATE", generation: "2")
        review.spec = #""ttlSecondsAfterFinished":60,"#
        review.oldMetadata = #","generation":1"#
        review.oldHead = "codex/two"
        let answer = ServiceUnderTest().post(review)
        #expect(answer.allowed == true, "\(answer.body)")
        #expect(try await marked([review]) == [2])
    }

    /// Nobody has looked at the spec: a run that came unreviewed stays so, whoever labels it.
    @Test func `but not when the spec is as it was`() async throws {
        var review = Self.review("UPDATE")
        review.metadata += #","labels":{"team":"a"}"#
        review.oldMetadata = #","generation":1"#
        #expect(try await marked([review]) == [])
    }

    @Test func `but not of a run that is being deleted`() async throws {
        var review = Self.review("UPDATE", generation: "2")
        review.metadata += #","deletionTimestamp":"2026-11-01T00:00:00Z","finalizers":["a"]"#
        review.oldHead = "codex/two"
        #expect(try await marked([review]) == [])
    }

    @Test func `but not of a status, nor when a run is deleted`() async throws {
        var status = Self.review("UPDATE")
        status.subResource = "status"
        #expect(try await marked([status, Self.review("DELETE")]) == [])
    }
}
