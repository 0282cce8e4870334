import ClusterState
import Synchronization
import TestPatience
import Testing

@testable import AdmissionServer

/// A file as the test says it is.
private final class OneFile: FileSystem {
    private let size = Mutex<Int?>(1)

    func change(to size: Int?) { self.size.withLock { $0 = size } }

    func entry(at path: String) throws(FileSystemError) -> FileEntry {
        guard let size = size.withLock({ $0 }) else { throw FileSystemError(code: .notFound, reason: "gone") }
        let identity = FileStamp.Identity(device: 1, number: 1)
        return FileEntry(kind: .file, stamp: FileStamp(identity: identity, size: size, modified: 0, changed: 0))
    }

    func names(in folder: String) throws(FileSystemError) -> [String] { [] }

    func contents(of path: String, maximumBytes: Int) throws(FileSystemError) -> [UInt8]? { nil }
}

private struct Bad: Error, CustomStringConvertible {
    var description: String
}

@Suite struct `File reloader` {
    private let file = OneFile()
    private let reloader: FileReloader<Int>

    init() {
        reloader = FileReloader(paths: ["a"], files: file)
    }

    /// What one look tells.
    private func look(_ load: () throws -> Int) -> String {
        var seen = ""
        reloader.look(load: load) { event in
            switch event {
            case .loaded(let value): seen += "loaded \(value)"
            case .failed(let reason): seen += "failed: \(reason)"
            }
        }
        return seen
    }

    @Test func `reads nothing while nothing changes`() {
        #expect(look { throw Bad(description: "read") }.isEmpty)
    }

    @Test func `reads what has changed, once`() {
        file.change(to: 2)
        #expect(look { 7 } == "loaded 7")
        #expect(look { 8 }.isEmpty)
    }

    @Test func `tells a failure once and tries again at every look`() {
        file.change(to: 2)
        #expect(look { throw Bad(description: "half written") } == "failed: half written")
        #expect(look { throw Bad(description: "half written") }.isEmpty)
        #expect(look { throw Bad(description: "not valid yet, 12:01") }.isEmpty)
        #expect(look { 7 } == "loaded 7")
    }

    @Test func `tells another failure after another change`() {
        file.change(to: 2)
        _ = look { throw Bad(description: "one") }
        file.change(to: 3)
        #expect(look { throw Bad(description: "two") } == "failed: two")
    }

    @Test(.limit(minutes: 1)) func `reads what has not changed when somebody wishes it`() async {
        let reloader = FileReloader<Int>(paths: ["a"], files: file, interval: .seconds(3600))
        let (events, told) = AsyncStream.makeStream(of: String.self)
        reloader.readAgain()
        await withDiscardingTaskGroup { tasks in
            let count = Mutex(0)
            tasks.addTask {
                await reloader.run {
                    let number = count.withLock { count in
                        count += 1
                        return count
                    }
                    guard number != 2 else { throw Bad(description: "half written") }
                    return number
                } onEvent: { event in
                    told.yield("\(event)")
                }
            }
            var seen = events.makeAsyncIterator()
            #expect(await seen.next() == "loaded(1)")
            reloader.readAgain()
            #expect(await seen.next()?.contains("half written") == true)
            reloader.readAgain()
            #expect(await seen.next() == "loaded(3)")
            tasks.cancelAll()
        }
    }

    @Test func `takes a file that goes for a change`() {
        file.change(to: nil)
        #expect(look { throw Bad(description: "gone") } == "failed: gone")
        file.change(to: 1)
        #expect(look { 7 } == "loaded 7")
    }
}

@Suite struct `A current value` {
    @Test func `is seen by a reader after its replacement`() {
        let current = Current(1)
        var reader = Current.Reader(current)
        #expect(reader.read() == 1)
        current.replace(with: 2)
        #expect(reader.read() == 2)
        #expect(current.value == 2)
    }
}
