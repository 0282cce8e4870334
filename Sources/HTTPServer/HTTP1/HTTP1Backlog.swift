internal import NIOCore
internal import NIOHTTP1

/// What came behind a request that is being answered, or while the client does not read.
///
/// A head of 18 bytes takes half a kilobyte: heads are bounded in number, and everything is counted against the
/// ``BodyBudget``.
struct HTTP1Backlog {
    enum Input {
        case part(HTTPServerRequestPart)
        case failure(HTTPRequestError)
    }

    /// What a head takes besides its text.
    private static let headBytes = 1024

    private let budget: BodyBudget
    private var inputs = CircularBuffer<Input>(initialCapacity: 0)
    private var reservation: BodyReservation?
    private var headCount = 0

    init(budget: BodyBudget) {
        self.budget = budget
    }

    var isEmpty: Bool { inputs.isEmpty }

    /// Adds something to the end; false, and nothing added, when there is no room.
    mutating func append(_ input: Input) -> Bool {
        guard headCount < HTTPServerLimits.maximumPipelinedRequests || !Self.isHead(input) else { return false }
        let reservation = self.reservation ?? BodyReservation(in: budget)
        self.reservation = reservation
        guard reservation.grow(by: Self.size(of: input)) else { return false }
        if Self.isHead(input) { headCount += 1 }
        inputs.append(input)
        return true
    }

    /// What was held is given back when nothing is left.
    mutating func popFirst() -> Input? {
        let input = inputs.popFirst()
        if inputs.isEmpty { removeAll() }
        return input
    }

    mutating func removeAll() {
        guard reservation != nil else { return }
        inputs.removeAll()
        reservation = nil
        headCount = 0
    }

    private static func isHead(_ input: Input) -> Bool {
        if case .part(.head) = input { true } else { false }
    }

    private static func size(of input: Input) -> Int {
        switch input {
        case .part(.head(let head)):
            head.headers.reduce(headBytes + head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        case .part(.body(let bytes)):
            bytes.readableBytes
        case .part(.end), .failure:
            0
        }
    }
}
