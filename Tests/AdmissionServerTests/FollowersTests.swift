import AdmissionServer
import Synchronization
import Testing

@Suite struct `Followers of a value` {
    @Test func `are all told, in the order they came, and none takes another's place`() {
        let told = Mutex<[String]>([])
        let followers = Followers<Int>()
        followers.tell(0)
        followers.add { value in told.withLock { $0.append("first \(value)") } }
        followers.add { value in told.withLock { $0.append("second \(value)") } }
        followers.tell(1)
        #expect(told.withLock { $0 } == ["first 1", "second 1"])
    }

    @Test func `may come while others are told`() {
        let count = Mutex(0)
        let followers = Followers<Int>()
        followers.add { _ in followers.add { _ in count.withLock { $0 += 1 } } }
        followers.tell(1)
        followers.tell(2)
        #expect(count.withLock { $0 } == 1)
    }
}
