internal import NIOCore

/// Lists a resource once, page by page: what a command does that looks at a cluster and ends.
///
/// A page that is too large is asked for in smaller ones, an answer that may come later is asked for again, a few times, and a
/// list that has become too old while it was read begins anew.
package struct ObjectLister: Sendable {
    /// How a list goes.
    package enum Event: Sendable {
        /// It begins, or begins anew: what was told of it before does not count.
        case begun
        /// Part of it: the body of the answer, and where in it the objects are.
        case page([UInt8], items: [Range<Int>])
    }

    /// Times that a request is sent until it counts as failed: with the waits between them some 20 s.
    private static let maximumTries = 5
    /// Times that a list begins; each has minutes before it is too old.
    private static let maximumBeginnings = 3
    /// A server that wants to be left alone for longer is not waited for.
    private static let longestWaitMilliseconds: Int64 = 30_000

    private let client: APIClient
    private let sleep: @Sendable (Duration) async throws -> Void

    package init(
        client: APIClient,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        (self.client, self.sleep) = (client, sleep)
    }

    /// Lists all objects of a resource, a page in memory at a time.
    ///
    /// - Parameters:
    ///   - resource: what is listed.
    ///   - body: told of each page before the next one is asked for.
    /// - Throws: ``ReflectorFailure`` when it comes to nothing, and the error of a task that is cancelled.
    package func list(_ resource: WatchedResource, _ body: (Event) async throws -> Void) async throws {
        var beginnings = 0
        while true {
            beginnings += 1
            do {
                return try await listOnce(resource, body)
            } catch let failure as ReflectorFailure {
                guard case .status(let status) = failure, status.isGone, beginnings < Self.maximumBeginnings else {
                    throw failure
                }
            }
        }
    }

    private func listOnce(_ resource: WatchedResource, _ body: (Event) async throws -> Void) async throws {
        try await body(.begun)
        var progress = ListProgress()
        var limit = WatchedResource.pageLimit
        var token: String?
        while true {
            let answer = try await page(resource, &limit, token)
            let page: ListPage
            do throws(AnswerProblem) {
                page = try ListPage.decode(answer)
            } catch {
                throw ReflectorFailure.request(.answer(error))
            }
            try await body(.page(answer, items: page.items))
            do throws(EndlessList) {
                token = try progress.next(after: page)
            } catch {
                throw ReflectorFailure.endless(error)
            }
            if token == nil { return }
        }
    }

    private func page(_ resource: WatchedResource, _ limit: inout Int, _ token: String?) async throws -> [UInt8] {
        var backoff = Backoff()
        while true {
            do {
                return try await client.send(resource.listRequest(limit: limit, continueToken: token)).get().body
            } catch RequestError.tooLarge where limit > 1 {
                limit /= 2
            } catch let error as RequestError {
                let wait = max(backoff.next(jitter: 0.5), (error.retryAfterSeconds ?? 0) * 1000)
                guard error.maySucceedLater, backoff.failures < Self.maximumTries, wait <= Self.longestWaitMilliseconds
                else { throw error.failure }
                try await sleep(.milliseconds(wait))
            }
        }
    }
}

extension RequestError {
    /// Whether the same request may have an answer if it is sent again.
    fileprivate var maySucceedLater: Bool {
        switch self {
        case .status(let status): status.code == 429 || status.code >= 500
        case .broken, .timedOut: true
        case .unreachable, .tooLarge, .access, .answer, .cancelled: false
        }
    }

    fileprivate var retryAfterSeconds: Int64? {
        if case .status(let status) = self { status.retryAfterSeconds.map(Int64.init) } else { nil }
    }
}
