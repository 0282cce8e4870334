import NIOCore
import NIOEmbedded
import SimulationSupport
import TestRandomness

@testable import KubernetesClient

/// One replica's client through a year of credentials that are renewed, late, half or not at all, and connections that come and
/// go: the client is the real one, on an event loop whose time goes on when the year says so.
final class ConnectionYear {
    /// Credentials last so long and are renewed so long before their end, if nobody is late.
    private static let life = 30 * YearPlan.day
    private static let margin = 10 * YearPlan.day
    /// A request that goes out so long after all is well must succeed.
    private static let bound = 65 * YearPlan.second

    enum Event {
        case request
        case renew
        /// A certificate is there before its key.
        case halfRenew
        case plain(Bool)
        case restart
        case look
    }

    private let plan: YearPlan
    private var random: SplitMix
    private let loop: EmbeddedEventLoop
    private let server: SimulatedServer
    private let files: SimulatedFiles
    private let flaws: ClientFlaws
    private var client: APIClient?
    private var queue = EventQueue<Event>()
    private var now: Int64 = 0
    private var lastRequest: Int64 = 0
    private var failure: Violation?
    private(set) var requests = 0
    private(set) var refusals = 0

    init(_ plan: YearPlan, _ random: SplitMix, flaws: ClientFlaws = []) {
        var random = random
        // A certificate costs a TLS context each time.
        let hasCertificate = random.happens(250)
        (self.plan, self.random, self.flaws) = (plan, random, flaws)
        loop = EmbeddedEventLoop()
        files = SimulatedFiles(hasCertificate: hasCertificate)
        server = SimulatedServer(loop, hasCertificates: hasCertificate)
    }

    func run() throws(Violation) {
        draw()
        restart()
        while let (time, event) = queue.pop(), time <= YearPlan.length {
            pass(to: time)
            handle(event)
            loop.run()
            try check()
        }
        client?.close()
        pass(to: now + YearPlan.hour)
        if server.openCount > 0 { throw violation("\(server.openCount) connections are left at the end") }
        try check()
    }

    private func draw() {
        files.renew(at: 0, until: Self.life)
        server.accept(files.number, until: Self.life)
        var end = Self.life
        while end < YearPlan.length {
            let isLate = random.happens(200)
            queue.add(.renew, at: isLate ? end + random.draw(0...YearPlan.hour) : end - Self.margin)
            if random.happens(300) { queue.add(.halfRenew, at: end - Self.margin - YearPlan.hour) }
            if isLate || random.happens(300) {
                for second in stride(from: -10, to: 90, by: 12) { queue.add(.request, at: end + Int64(second) * 1000) }
            }
            if random.happens(60) {
                queue.add(.plain(true), at: end - YearPlan.hour)
                queue.add(.plain(false), at: end + random.draw(1...60) * YearPlan.second)
                queue.add(.request, at: end + YearPlan.second)
            }
            end += isLate ? Self.life + YearPlan.hour : Self.life - Self.margin
            queue.add(.look, at: end - YearPlan.minute)
        }
        for day in stride(from: 1, through: 400, by: 8) {
            queue.add(.request, at: Int64(day) * YearPlan.day + random.draw(0...YearPlan.day))
        }
        for (replica, time) in plan.restarts where replica == 0 { queue.add(.restart, at: time) }
    }

    private func pass(to time: Int64) {
        now = time
        let delta = time - Int64(loop.now.uptimeNanoseconds / 1_000_000)
        if delta > 0 { loop.advanceTime(by: .milliseconds(delta)) }
    }

    private func handle(_ event: Event) {
        server.milliseconds = now
        server.isCut = plan.isCut(0, at: now)
        switch event {
        case .look: break
        case .renew:
            files.renew(at: now, until: now + Self.life)
            server.accept(files.number, until: now + Self.life)
        case .halfRenew: files.halfRenew()
        case .plain(let isPlain): files.set(isPlain: isPlain, at: now)
        case .restart: restart()
        case .request: request()
        }
    }

    private func restart() {
        client?.close()
        loop.run()
        server.closeAll()
        let loop = loop
        var credentials = CredentialFiles(
            read: { [files] _ in try files.readToken() },
            monotonicMilliseconds: { Int64(loop.now.uptimeNanoseconds / 1_000_000) },
            wallSeconds: { YearPlan.beginning + Int64(loop.now.uptimeNanoseconds / 1_000_000_000) }
        )
        credentials.flaws = flaws
        client = try? APIClient(
            on: loop,
            files: credentials,
            urgentConnections: 2,
            clock: nil,
            dial: { [server] connection, _ in server.dial(connection) },
            source: { [files, flaws] () throws(AccessError) in try files.access(flaws) }
        )
        // As it was started again and again until it could begin.
        if client == nil { queue.add(.restart, at: now + YearPlan.minute) }
    }

    private func request() {
        guard let client else { return }
        requests += 1
        lastRequest = now
        let start = now
        let isDue = !plan.isCut(0, at: now) && isWell(since: now - Self.bound)
        let answer = client.send(APIRequest(.get, "/api"))
        answer.assumeIsolated().whenComplete { [self] result in
            guard case .failure(let error) = result else { return }
            refusals += 1
            if isDue {
                failure = Violation(
                    strand: "connections",
                    time: start,
                    text: "a request fails though the credentials in place are good: \(error)"
                )
            }
        }
        loop.run()
        // Long enough for an answer, not for the next request.
        pass(to: now + 2 * YearPlan.second)
    }

    /// Whether what is in the files has been good since, and will be for a while.
    private func isWell(since time: Int64) -> Bool {
        files.goodSince.map { $0 <= time } ?? false && now + YearPlan.minute < files.end
            && !plan.isCut(0, at: time) && !plan.isCut(0, at: now + YearPlan.second)
            && !plan.cuts.contains { ($0.replica ?? 0) == 0 && $0.start >= time && $0.start <= now }
    }

    private func check() throws(Violation) {
        if let failure { throw failure }
        if server.hasSeenTokenInTheClear { throw violation("a token was sent without TLS") }
        if server.openCount > 10 { throw violation("\(server.openCount) connections are open") }
        if now - lastRequest > 2 * YearPlan.minute, server.openCount > 0 {
            throw violation("\(server.openCount) connections are open though nothing is asked")
        }
        let held = client?.heldCount ?? 0
        if held > (now - lastRequest > 2 * YearPlan.minute ? 0 : 40) {
            throw violation("the client holds \(held) connections and requests")
        }
    }

    private func violation(_ text: String) -> Violation { Violation(strand: "connections", time: now, text: text) }
}
