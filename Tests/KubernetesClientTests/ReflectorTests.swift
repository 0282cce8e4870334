import KubernetesClient
import Testing

@Suite struct `The reflector` {
    private static func page(_ version: String, next: String? = nil) -> ListPage {
        ListPage(resourceVersion: version, continueToken: next, items: [])
    }

    /// One that watches from version 10 since time 0.
    private static func watching() -> ReflectorStateMachine {
        var machine = ReflectorStateMachine()
        _ = machine.start(now: 0)
        _ = machine.received(page("10"), now: 0, jitter: 0)
        return machine
    }

    private static func status(_ code: Int, retryAfter: Int? = nil) -> ReflectorFailure {
        .status(APIStatus(code: code, message: "no", retryAfterSeconds: retryAfter))
    }

    @Test func `collects all pages before anything is committed`() {
        var machine = ReflectorStateMachine()
        #expect(machine.start(now: 0) == .list(continueToken: nil))
        #expect(machine.start(now: 0) == .none)
        #expect(machine.received(Self.page("10", next: "a"), now: 1, jitter: 0) == .list(continueToken: "a"))
        #expect(machine.condition == .unsynced(nil))
        #expect(
            machine.received(Self.page("10"), now: 2, jitter: 0.5)
                == .commitAndWatch(resourceVersion: "10", timeoutSeconds: 15)
        )
        // As old as the question, not as the last page.
        #expect(machine.condition == .synced(lastHeardMilliseconds: 0, failure: nil))
    }

    @Test(arguments: [(false, 100), (true, 10_000)])
    func `follows a list that does not end for so many pages`(hasItems: Bool, pages: Int) {
        var machine = ReflectorStateMachine()
        _ = machine.start(now: 0)
        let items = hasItems ? [0..<1] : []
        var action = ReflectorStateMachine.Action.list(continueToken: nil)
        var count = 0
        while case .list = action, count <= pages {
            count += 1
            let page = ListPage(resourceVersion: "10", continueToken: "\(count)", items: items)
            action = machine.received(page, now: 0, jitter: 0)
        }
        #expect(action == .wait(untilMilliseconds: 800))
        #expect(count == pages)
        guard case .unsynced(let failure?) = machine.condition else {
            Issue.record("\(machine.condition)")
            return
        }
        #expect(failure.message(resource: "agents").contains("does not come to an end (\(pages) pages"))
        #expect(machine.wake(now: 800, jitter: 0) == .list(continueToken: nil))
    }

    @Test func `follows no continue token twice in a row`() {
        var machine = ReflectorStateMachine()
        _ = machine.start(now: 0)
        #expect(machine.received(Self.page("10", next: "a"), now: 0, jitter: 0) == .list(continueToken: "a"))
        #expect(machine.received(Self.page("10", next: "a"), now: 0, jitter: 0) == .wait(untilMilliseconds: 800))
    }

    @Test func `starts over when a page is gone, at once only the first time`() {
        var machine = ReflectorStateMachine()
        _ = machine.start(now: 0)
        _ = machine.received(Self.page("10", next: "a"), now: 0, jitter: 0)
        #expect(machine.failed(Self.status(410), now: 0, jitter: 0) == .list(continueToken: nil))
        #expect(machine.failed(Self.status(410), now: 0, jitter: 0) == .wait(untilMilliseconds: 800))
        #expect(machine.wake(now: 799, jitter: 0) == .none)
        #expect(machine.wake(now: 800, jitter: 0) == .list(continueToken: nil))
    }

    @Test func `goes on after the last event or bookmark when the watch ends`() {
        var machine = Self.watching()
        let event = WatchEvent.modified(WatchEvent.Item(object: 0..<1, resourceVersion: "11"))
        #expect(machine.received(event, now: 5, jitter: 0) == .none)
        #expect(machine.watchEnded(now: 6, jitter: 0) == .watch(resourceVersion: "11", timeoutSeconds: 20))
        _ = machine.received(.bookmark(resourceVersion: "20"), now: 7, jitter: 0)
        #expect(machine.failed(.other("reset"), now: 8, jitter: 0) == .wait(untilMilliseconds: 808))
        #expect(machine.condition == .synced(lastHeardMilliseconds: 7, failure: .other("reset")))
        #expect(machine.wake(now: 808, jitter: 0) == .watch(resourceVersion: "20", timeoutSeconds: 20))
    }

    @Test func `lists again after an ERROR event of 410, and not in a tight loop`() {
        var machine = Self.watching()
        let gone = WatchEvent.error(APIStatus(code: 410, message: "too old"))
        #expect(machine.received(gone, now: 5, jitter: 0) == .list(continueToken: nil))
        _ = machine.received(Self.page("30"), now: 6, jitter: 0)
        #expect(machine.received(gone, now: 7, jitter: 0) == .wait(untilMilliseconds: 807))
        #expect(machine.wake(now: 807, jitter: 0) == .list(continueToken: nil))
    }

    @Test func `does not hurry when each watch ends at once`() {
        var machine = Self.watching()
        #expect(machine.watchEnded(now: 10, jitter: 0) == .wait(untilMilliseconds: 810))
        _ = machine.wake(now: 810, jitter: 0)
        #expect(machine.watchEnded(now: 820, jitter: 0) == .wait(untilMilliseconds: 2420))
    }

    @Test func `waits longer after each failure, to a bound, with jitter`() {
        var backoff = Backoff()
        let delays = (0..<8).map { _ in backoff.next(jitter: 0) }
        #expect(delays == [800, 1600, 3200, 6400, 10_000, 10_000, 10_000, 10_000])
        #expect(backoff.next(jitter: 0.5) == 15_000)
        backoff.reset()
        #expect(backoff.next(jitter: 0) == 800)
    }

    @Test(arguments: [(20, 20_000), (99_999, 300_000), (nil, 800)] as [(Int?, Int64)])
    func `honours Retry-After within reason`(seconds: Int?, delay: Int64) {
        var machine = ReflectorStateMachine()
        _ = machine.start(now: 0)
        let failure = Self.status(429, retryAfter: seconds)
        #expect(machine.failed(failure, now: 0, jitter: 0) == .wait(untilMilliseconds: delay))
    }

    @Test func `waits no longer than a busy server asks for, so many times`() {
        var machine = Self.watching()
        var now: Int64 = 0
        for jitter in [0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0] {
            let delay: Int64 = 1000 + Int64(1000 * jitter)
            #expect(
                machine.failed(Self.status(429, retryAfter: 1), now: now, jitter: jitter)
                    == .wait(untilMilliseconds: now + delay)
            )
            now += delay
            #expect(machine.wake(now: now, jitter: 0) == .watch(resourceVersion: "10", timeoutSeconds: 20))
        }
        for delay in [1000, 1600, 3200] as [Int64] {
            let busy = Self.status(429, retryAfter: 1)
            #expect(machine.failed(busy, now: now, jitter: 0) == .wait(untilMilliseconds: now + delay))
            now += delay
            _ = machine.wake(now: now, jitter: 0)
        }
        _ = machine.received(.bookmark(resourceVersion: "11"), now: now, jitter: 0)
        #expect(
            machine.failed(Self.status(429, retryAfter: 1), now: now, jitter: 0) == .wait(untilMilliseconds: now + 1000)
        )
    }

    @Test func `a failure is over when a watch has been open for a second, what is known is as old as before`() {
        var machine = Self.watching()
        _ = machine.failed(.other("reset"), now: 5, jitter: 0)
        _ = machine.wake(now: 805, jitter: 0)
        #expect(machine.condition == .synced(lastHeardMilliseconds: 0, failure: .other("reset")))
        #expect(machine.wakeMilliseconds == 25_805)
        _ = machine.watchOpened(now: 900)
        #expect(machine.wakeMilliseconds == 1900)
        #expect(machine.wake(now: 1899, jitter: 0) == .none)
        #expect(machine.wake(now: 1900, jitter: 0) == .resume)
        #expect(machine.condition == .synced(lastHeardMilliseconds: 0, failure: nil))
        #expect(machine.wakeMilliseconds == 25_805)
        #expect(machine.wake(now: 1901, jitter: 0) == .none)
    }

    @Test func `a watch that opens and ends at once is a failure still`() {
        var machine = Self.watching()
        _ = machine.watchOpened(now: 1)
        #expect(machine.wakeMilliseconds == 25_000)
        #expect(machine.watchEnded(now: 2, jitter: 0) == .wait(untilMilliseconds: 802))
        _ = machine.wake(now: 802, jitter: 0)
        _ = machine.watchOpened(now: 803)
        #expect(machine.watchEnded(now: 804, jitter: 0) == .wait(untilMilliseconds: 2404))
        #expect(
            machine.condition
                == .synced(lastHeardMilliseconds: 0, failure: .other("the server ended the watch at once"))
        )
    }

    @Test func `finds a stalled connection`() {
        var machine = Self.watching()
        #expect(machine.wakeMilliseconds == 25_000)
        #expect(machine.wake(now: 24_999, jitter: 0) == .none)
        _ = machine.received(.bookmark(resourceVersion: "12"), now: 24_999, jitter: 0)
        #expect(machine.wake(now: 25_000, jitter: 0) == .none)
        #expect(machine.wake(now: 49_999, jitter: 0) == .wait(untilMilliseconds: 50_799))
        #expect(machine.wakeMilliseconds == 50_799)
        #expect(machine.wake(now: 50_799, jitter: 0) == .watch(resourceVersion: "12", timeoutSeconds: 20))
    }

    @Test func `hears of the objects when a watch ends in its time`() {
        var machine = Self.watching()
        #expect(machine.watchEnded(now: 20_000, jitter: 0) == .watch(resourceVersion: "10", timeoutSeconds: 20))
        #expect(machine.condition == .synced(lastHeardMilliseconds: 20_000, failure: nil))
    }

    @Test(arguments: [(30, 20, 11), (1, 5, 3), (100_000, 300, 151)])
    func `asks for watches shorter than the state may be old`(age: Int, longest: Int, shortest: Int) {
        let timing = ReflectorTiming(maximumAgeSeconds: age)
        var machine = ReflectorStateMachine(timing: timing)
        _ = machine.start(now: 0)
        let page = Self.page("1")
        #expect(
            machine.received(page, now: 0, jitter: 0) == .commitAndWatch(resourceVersion: "1", timeoutSeconds: longest)
        )
        #expect(machine.restart(now: 1) == .list(continueToken: nil))
        #expect(
            machine.received(page, now: 1, jitter: 0.999)
                == .commitAndWatch(resourceVersion: "1", timeoutSeconds: shortest)
        )
    }

    @Test(arguments: [(403, "grant the verbs list and watch"), (404, "install its CustomResourceDefinition")])
    func `calls a kind unknown and says what to do, until it can be listed`(code: Int, remedy: String) {
        var machine = Self.watching()
        let failure = Self.status(code)
        _ = machine.failed(failure, now: 0, jitter: 0)
        #expect(machine.condition == .unknown(failure))
        #expect(failure.message(resource: "agentruns").contains(remedy))
        #expect(machine.wake(now: 800, jitter: 0) == .list(continueToken: nil))
        _ = machine.failed(.other("reset"), now: 801, jitter: 0)
        #expect(machine.condition == .unknown(failure))
        _ = machine.wake(now: 10_000, jitter: 0)
        _ = machine.received(Self.page("40"), now: 10_001, jitter: 0)
        #expect(machine.condition == .synced(lastHeardMilliseconds: 10_000, failure: nil))
    }

    @Test func `an expired token keeps what is known and says so`() {
        var machine = Self.watching()
        let failure = Self.status(401)
        _ = machine.failed(failure, now: 9, jitter: 0)
        #expect(machine.condition == .synced(lastHeardMilliseconds: 0, failure: failure))
        #expect(failure.message(resource: "agents").hasSuffix("renew the token or client certificate"))
    }
}
