import AgentRuns
import Replay

/// Lines as a server with a key writes them.
struct ChainedLog {
    static let key = try? ChainKey([UInt8](repeating: 7, count: 32))

    private var chain: LineChain
    private(set) var lines: [String] = []
    private let name: String

    /// - Parameters:
    ///   - replica: of the lines.
    ///   - start: which one.
    ///   - after: the last line of the file the start found; empty for a new one; nil for standard output.
    ///   - key: of the chain.
    /// - Throws: when there is no key.
    init(_ replica: String = "pod-a", start: UInt64 = 1, after: String? = nil, key: ChainKey? = key) throws {
        guard let key else { throw ChainKey.Problem.refused }
        name = "\(replica)-\(start)"
        chain = LineChain(key: key, stream: ChainLink.Stream(replica: replica, random: (start, 2)))
        let found = after.map { Checkpoint.Predecessor(last: ChainedLine(Array($0.utf8))?.asLast) }
        add(chain.checkpoint(.start, after: found, at: noon))
    }

    private mutating func add(_ line: [UInt8]) { lines.append(String(decoding: line.dropLast(), as: UTF8.self)) }

    /// Adds decisions, the first of which says that it is number `lines.count + 1`.
    mutating func decide(_ count: Int) {
        for _ in 0..<count {
            var line = Array("{\"uid\":\"\(name)-\(lines.count + 1)\",\"verdict\":{\"allowed\":false}}\n".utf8)
            chain.seal(&line)
            add(line)
        }
    }

    mutating func checkpoint(_ place: Checkpoint.Place) { add(chain.checkpoint(place, at: noon)) }

    /// A log of so many lines, from the start to the stop.
    static func whole(
        _ replica: String = "pod-a",
        start: UInt64 = 1,
        lines: Int = 20,
        after: String? = nil,
        key: ChainKey? = key
    ) throws -> [String] {
        var log = try ChainedLog(replica, start: start, after: after, key: key)
        log.decide(lines - 2)
        log.checkpoint(.stop)
        return log.lines
    }
}
