import Testing

@testable import KubernetesClient

/// Watches that are opened and ended in time though nothing comes from the API server's cache any more.
@Suite struct `Watches that stand still` {
    private static func page(_ version: String) -> ListPage {
        ListPage(resourceVersion: version, continueToken: nil, items: [])
    }

    /// One that watches from version 10 since time 0 and has been told that the API server is at `version`.
    private static func watching(until version: String) -> ReflectorStateMachine {
        var machine = ReflectorStateMachine()
        _ = machine.start(now: 0)
        _ = machine.received(page("10"), now: 0, jitter: 0)
        #expect(machine.watchOpened(now: 1) == .probe)
        machine.probed(version, askedAt: 1)
        return machine
    }

    @Test func `are those that come as far as the list that was asked for with them`() {
        var machine = Self.watching(until: "14")
        _ = machine.received(.bookmark(resourceVersion: "14"), now: 18_000, jitter: 0)
        #expect(machine.watchEnded(now: 20_000, jitter: 0) == .watch(resourceVersion: "14", timeoutSeconds: 20))
        #expect(machine.condition == .synced(lastHeardMilliseconds: 20_000, failure: nil))
    }

    @Test func `are no news where nothing has happened anywhere`() {
        var machine = Self.watching(until: "10")
        #expect(machine.watchEnded(now: 20_000, jitter: 0) == .watch(resourceVersion: "10", timeoutSeconds: 20))
    }

    @Test func `are found at the end of the watch, and told of when a list shows what they did not`() {
        var machine = Self.watching(until: "14")
        _ = machine.received(.bookmark(resourceVersion: "10"), now: 18_000, jitter: 0)
        #expect(machine.watchEnded(now: 20_000, jitter: 0) == .list(continueToken: nil))
        #expect(machine.doubt == WatchProgress.Doubt(after: "10", upTo: "14"))
        machine.compared(isChanged: true, now: 20_100)
        let action = machine.received(Self.page("14"), now: 20_100, jitter: 0)
        #expect(action == .commitAndWatch(resourceVersion: "14", timeoutSeconds: 20))
        #expect(machine.condition == .synced(lastHeardMilliseconds: 20_000, failure: machine.stall))
        #expect(machine.stall?.message(resource: "agents").contains("watches stand still") == true)

        // A bookmark of the cache's own version is no progress, and where the watch goes on stays.
        _ = machine.watchOpened(now: 20_200)
        _ = machine.received(.bookmark(resourceVersion: "10"), now: 38_000, jitter: 0)
        #expect(machine.condition == .synced(lastHeardMilliseconds: 20_000, failure: machine.stall))
        #expect(machine.watchEnded(now: 40_000, jitter: 0) == .list(continueToken: nil))
        machine.compared(isChanged: false, now: 40_100)
        _ = machine.received(Self.page("15"), now: 40_100, jitter: 0)
        #expect(machine.stall != nil)

        _ = machine.received(.bookmark(resourceVersion: "16"), now: 45_000, jitter: 0)
        #expect(machine.stall == nil)
        #expect(machine.condition == .synced(lastHeardMilliseconds: 45_000, failure: nil))
    }

    @Test func `are looked for less and less often where lists show nothing new`() {
        var machine = Self.watching(until: "14")
        var (now, lists, version): (Int64, [Int64], Int) = (0, [], 14)
        while now < 2_000_000 {
            now += 20_000
            if machine.watchEnded(now: now, jitter: 0) == .list(continueToken: nil) {
                lists.append(now / 1000)
                machine.compared(isChanged: false, now: now)
                _ = machine.received(Self.page("10"), now: now, jitter: 0)
            }
            version += 1
            _ = machine.watchOpened(now: now)
            machine.probed(String(version), askedAt: now)
        }
        #expect(lists == [20, 60, 120, 240, 480, 960, 1560])
        #expect(machine.stall == nil)
    }

    @Test func `cannot be told by versions that are no numbers`() {
        var machine = Self.watching(until: "14-a")
        #expect(machine.watchEnded(now: 20_000, jitter: 0) == .watch(resourceVersion: "10", timeoutSeconds: 20))
        #expect(!isOlder("9", than: "x") && !isOlder("10", than: "9"))
        #expect(isOlder("9", than: "10"))
    }

    @Test func `are forgotten when all is listed for another reason`() {
        var machine = Self.watching(until: "14")
        #expect(machine.restart(now: 10) == .list(continueToken: nil))
        #expect(machine.doubt == nil)
        _ = machine.received(Self.page("14"), now: 20, jitter: 0)
        #expect(machine.watchEnded(now: 20_000, jitter: 0) == .watch(resourceVersion: "14", timeoutSeconds: 20))
    }

    @Test(arguments: [("10", false), ("11", true), ("12", true), ("13", false)])
    func `are told by an object of the time they were open`(version: String, isNews: Bool) throws {
        let doubt = WatchProgress.Doubt(after: "10", upTo: "12")
        let item = #"{"metadata":{"resourceVersion":"\#(version)"}}"#
        let body = Array(#"{"metadata":{"resourceVersion":"14"},"items":[\#(item)]}"#.utf8)
        #expect(try ListPage.decode(body).hasItem(in: body) { doubt.covers($0) } == isNews)
    }
}
