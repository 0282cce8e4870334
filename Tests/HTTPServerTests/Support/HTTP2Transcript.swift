import TestWire
import Testing

/// What a server has said on an HTTP/2 connection.
struct HTTP2Transcript: Sendable {
    /// What came back on a stream.
    struct Answer: Equatable, Sendable {
        var status = ""
        var fields: [String: String] = [:]
        var body = ""
        var isComplete = false
        var resetCode: UInt32?
    }

    private(set) var answers: [UInt32: Answer] = [:]
    private(set) var goAways: [(last: UInt32, code: UInt32)] = []
    private(set) var pings: [HTTP2Frame] = []
    private(set) var pingAcknowledgements: [HTTP2Frame] = []
    private(set) var settings: [UInt16: UInt32] = [:]
    private(set) var settingsAcknowledgements = 0
    private(set) var windowIncrement = 0
    /// The lengths of the DATA frames.
    private(set) var dataLengths: [Int] = []
    /// The type of the frame that came first.
    private(set) var firstKind: UInt8?
    var isClosed = false

    mutating func take(_ frame: HTTP2Frame, decoder: HeaderDecoder) {
        firstKind = firstKind ?? frame.kind
        switch HTTP2Frame.Kind(rawValue: frame.kind) {
        case .headers:
            let fields = decoder.decode(frame.payload)
            answers[frame.stream, default: Answer()].fields = fields
            answers[frame.stream, default: Answer()].status = fields[":status"] ?? ""
            answers[frame.stream, default: Answer()].isComplete = frame.has(HTTP2Frame.endStream)
        case .data:
            dataLengths.append(frame.payload.count)
            answers[frame.stream, default: Answer()].body += String(decoding: frame.payload, as: UTF8.self)
            answers[frame.stream, default: Answer()].isComplete = frame.has(HTTP2Frame.endStream)
        case .reset:
            answers[frame.stream, default: Answer()].resetCode = frame.word(at: 0)
        case .goAway:
            goAways.append((frame.word(at: 0), frame.word(at: 4)))
        case .ping:
            if frame.has(HTTP2Frame.acknowledgement) { pingAcknowledgements.append(frame) } else { pings.append(frame) }
        case .settings:
            takeSettings(frame)
        case .windowUpdate:
            if frame.stream == 0 { windowIncrement += Int(frame.word(at: 0)) }
        case .priority, .pushPromise, .continuation, nil:
            Issue.record("unexpected frame \(frame)")
        }
    }

    private mutating func takeSettings(_ frame: HTTP2Frame) {
        if frame.has(HTTP2Frame.acknowledgement) { settingsAcknowledgements += 1 }
        for offset in stride(from: 0, to: frame.payload.count, by: 6) {
            let identifier = UInt16(frame.payload[offset]) << 8 | UInt16(frame.payload[offset + 1])
            settings[identifier] = frame.word(at: offset + 2)
        }
    }
}
