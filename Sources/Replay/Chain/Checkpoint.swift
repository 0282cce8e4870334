internal import JSONPull

/// What a line says that is there for the chain alone: the member `checkpoint`.
///
/// It has the code of the line before it, so that checking can begin with it.
package struct Checkpoint: Equatable, Sendable {
    /// Why it was written.
    package enum Place: String, Sendable, CaseIterable {
        /// The first line of a start.
        case start
        /// So many lines have been written since the last one.
        case lines
        /// The last line of a file that is about to be renamed.
        case rotated
        /// The first line of a file whose predecessor was renamed.
        case continued
        /// The last line of a start that was stopped.
        case stop
    }

    /// What a start found in its file.
    package struct Predecessor: Equatable, Sendable {
        /// The last line; nil when there is none, or it is not chained.
        package var last: LastLine?
        /// Whether the file ended within a line.
        package var isCutOff: Bool

        package init(last: LastLine? = nil, isCutOff: Bool = false) {
            (self.last, self.isCutOff) = (last, isCutOff)
        }
    }

    /// A line and its code.
    package struct LastLine: Equatable, Sendable {
        package var link: ChainLink
        package var code: LineCode
    }

    package var place: Place
    /// ``ChainKey/id``.
    package var keyID: String
    package var previous: LineCode
    /// Of a start that appends to a file; nil on standard output or a pipe.
    package var after: Predecessor?

    func write(to writer: inout JSONWriter) {
        writer.key("checkpoint")
        writer.beginObject()
        writer.member("at", place.rawValue)
        writer.member("key", keyID)
        writer.member("previous", previous.text)
        if let after {
            writer.key("after")
            writer.beginObject()
            if let last = after.last {
                last.link.writeMembers(to: &writer)
                writer.member("mac", last.code.text)
            }
            if after.isCutOff {
                writer.key("cutOff")
                writer.boolean(true)
            }
            writer.endObject()
        }
        writer.endObject()
    }
}
