internal import Digest
internal import JSONPull

/// A line of the decision log as the chain sees it.
package struct ChainedLine: Sendable {
    /// Stands before the code; what is before it is what the code is of.
    static let codeKey = #","mac":""#
    static let end = #""}}"#

    package let link: ChainLink
    package let code: LineCode
    /// Of the bytes that the code is of.
    package let digest: LineCode
    /// Nil for a line that tells something else.
    package let checkpoint: Checkpoint?

    /// What a start that comes after this line remembers of it.
    package var asLast: Checkpoint.LastLine { Checkpoint.LastLine(link: link, code: code) }

    /// - Parameter line: without its line end.
    ///
    /// Nil when it is no JSON, or not chained.
    package init?(_ line: [UInt8]) {
        let suffixBytes = Self.codeKey.utf8.count + 2 * LineCode.byteCount + Self.end.utf8.count
        guard line.count > suffixBytes else { return nil }
        let suffix = line.suffix(suffixBytes)
        let digits = suffix.dropFirst(Self.codeKey.utf8.count).prefix(2 * LineCode.byteCount)
        guard suffix.starts(with: Self.codeKey.utf8), suffix.suffix(Self.end.utf8.count).elementsEqual(Self.end.utf8),
            let code = LineCode(hexadecimal: digits)
        else { return nil }
        var members = Members()
        do throws(JSONError) {
            try JSONReader.read(line) { reader throws(JSONError) in try members.read(&reader) }
        } catch {
            return nil
        }
        guard let link = members.chain.link else { return nil }
        self.link = link
        self.code = code
        digest = LineCode(SHA256.digest(of: line.dropLast(suffixBytes)))
        checkpoint = members.checkpoint
    }
}

// MARK: Reading

/// The members that the chain asks for.
private struct Members {
    var chain = WrittenLink()
    var checkpoint: Checkpoint?

    mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        var members = self
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "chain":
                members.chain = WrittenLink()
                try members.chain.read(&reader)
            case "checkpoint":
                var checkpoint = WrittenCheckpoint()
                try checkpoint.read(&reader)
                members.checkpoint = checkpoint.value
            default: try reader.skipValue()
            }
        }
        self = members
    }
}

/// A place in the chain, as it is written.
private struct WrittenLink {
    private var replica: String?
    private var start: String?
    private var line: Int?
    private var code: LineCode?
    var isCutOff = false

    var link: ChainLink? {
        guard let replica, let start, let line, (1...ChainLink.maximumLine).contains(line) else { return nil }
        return ChainLink.Stream(replica: replica, start: start).map { ChainLink(stream: $0, line: line) }
    }

    var last: Checkpoint.LastLine? {
        guard let link, let code else { return nil }
        return Checkpoint.LastLine(link: link, code: code)
    }

    mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        var written = self
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "replica": written.replica = try reader.readString()
            case "start": written.start = try reader.readString()
            case "line": written.line = try reader.readNumber().flatMap { Int($0) }
            case "mac": written.code = try reader.readString().flatMap { LineCode(hexadecimal: $0.utf8) }
            case "cutOff": written.isCutOff = try reader.readBoolean() ?? false
            default: try reader.skipValue()
            }
        }
        self = written
    }
}

/// A checkpoint, as it is written.
private struct WrittenCheckpoint {
    private var place: Checkpoint.Place?
    private var keyID = ""
    private var previous: LineCode?
    private var after: Checkpoint.Predecessor?

    var value: Checkpoint? {
        guard let place, let previous, Hexadecimal.isText(keyID, count: ChainKey.idDigits) else { return nil }
        return Checkpoint(place: place, keyID: keyID, previous: previous, after: after)
    }

    mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        var written = self
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "at": written.place = try reader.readString().flatMap { Checkpoint.Place(rawValue: $0) }
            case "key": written.keyID = try reader.readString() ?? ""
            case "previous": written.previous = try reader.readString().flatMap { LineCode(hexadecimal: $0.utf8) }
            case "after":
                var found = WrittenLink()
                try found.read(&reader)
                written.after = Checkpoint.Predecessor(last: found.last, isCutOff: found.isCutOff)
            default: try reader.skipValue()
            }
        }
        self = written
    }
}
