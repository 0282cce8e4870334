internal import Digest
internal import JSONPull

/// Where a line stands in the chain: the member `chain` of a line, without its code.
package struct ChainLink: Hashable, Sendable {
    /// The lines of one start of one process, which are numbered from 1.
    package struct Stream: Hashable, Sendable {
        /// Name of the host, which in a pod is the pod's.
        package let replica: String
        /// Made at random when the process starts, 32 hexadecimal digits.
        package let start: String

        /// Longest name of a replica: what DNS takes, four times what Linux has for a host.
        static let maximumReplicaBytes = 253
        static let startDigits = 32

        /// - Parameters:
        ///   - replica: any text; what does not fit in a host's name becomes `-`.
        ///   - random: of the start, 16 bytes of it.
        package init(replica: String, random: (UInt64, UInt64)) {
            let name = replica.utf8.prefix(Self.maximumReplicaBytes).map { byte in
                Self.isOfName(byte) ? byte : UInt8(ascii: "-")
            }
            self.replica = String(decoding: name, as: UTF8.self)
            start = Hexadecimal.text(random.0) + Hexadecimal.text(random.1)
        }

        /// The first digits of the start, by which a person tells one from another.
        package var shortStart: String { String(decoding: start.utf8.prefix(8), as: UTF8.self) }

        /// What a line says; nil when it can be no stream.
        init?(replica: String, start: String) {
            guard replica.utf8.count <= Self.maximumReplicaBytes, replica.utf8.allSatisfy(Self.isOfName),
                Hexadecimal.isText(start, count: Self.startDigits)
            else { return nil }
            (self.replica, self.start) = (replica, start)
        }

        private static func isOfName(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    /// More lines than any start writes, so that the number behind one that somebody made up is a number, too.
    static let maximumLine = 1 << 53

    package var stream: Stream
    /// From 1.
    package var line: Int

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("replica", stream.replica)
        writer.member("start", stream.start)
        writer.member("line", line)
    }
}
