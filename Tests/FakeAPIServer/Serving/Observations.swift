/// What the server has seen and is doing.
package struct Observations: Sendable {
    /// How many requests are remembered; the oldest half is dropped then.
    static let maximumRequests = 20_000

    /// In the order of arrival, the latest ones if there are very many.
    package private(set) var requests: [ReceivedRequest] = []
    /// All that ever came.
    package private(set) var requestCount = 0
    package internal(set) var acceptedConnections = 0
    package internal(set) var openConnections = 0
    /// Waiting for ``FakeAPIServer/releaseHeldRequests()``.
    package internal(set) var heldRequests = 0
    /// Watches being served now.
    package internal(set) var watches: [FakeResource: Int] = [:]

    package var watchCount: Int { watches.values.reduce(0, +) }

    /// The remembered requests with the given facts.
    package func requests(_ match: FaultRule.Match) -> [ReceivedRequest] { requests.filter(match.matches) }

    /// Remembers `request` and numbers it.
    mutating func note(_ request: ReceivedRequest) -> ReceivedRequest {
        var request = request
        requestCount += 1
        request.number = requestCount
        if requests.count == Self.maximumRequests { requests.removeFirst(Self.maximumRequests / 2) }
        requests.append(request)
        return request
    }
}
