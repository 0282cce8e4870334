internal import HTTPServer
internal import JSONPull
internal import Tracing

/// A span as it is sent: bounded, and its texts fit to print.
package struct FinishedSpan: Sendable {
    /// Of attributes, and of events; OpenTelemetry's default is 128 of either.
    static let maximumAttributes = 32
    static let maximumEvents = 8
    /// Elements of a list.
    static let maximumElements = 32
    /// Of one text, in characters; the longest name in Kubernetes has 253.
    static let maximumTextLength = 256
    /// Of all texts together: what waits to be sent is bounded in spans, and so in bytes.
    static let maximumTextBytes = 8 << 10

    struct Attribute: Sendable {
        var key: String
        var value: SpanAttribute
    }

    struct Event: Sendable {
        var name: String
        var nanoseconds: UInt64
        var attributes: [Attribute]
    }

    let own: TraceContext
    let parentID: UInt64
    var name: String
    let kind: SpanKind
    let startNanoseconds: UInt64
    var endNanoseconds: UInt64
    var status: SpanStatus?
    private(set) var attributes: [Attribute] = []
    private(set) var events: [Event] = []
    private(set) var droppedAttributes = 0
    private(set) var droppedEvents = 0
    var droppedLinks = 0
    private var textBytes = 0

    init(own: TraceContext, parentID: UInt64, name: String, kind: SpanKind, startNanoseconds: UInt64) {
        (self.own, self.parentID, self.name, self.kind) = (own, parentID, name, kind)
        (self.startNanoseconds, endNanoseconds) = (startNanoseconds, startNanoseconds)
    }

    /// Takes the attributes, in the order of their keys, as far as there is room.
    mutating func take(_ given: SpanAttributes) {
        name = text(name)
        if let message = status?.message, let code = status?.code {
            status = SpanStatus(code: code, message: text(message))
        }
        let (kept, dropped) = bounded(given)
        (attributes, droppedAttributes) = (kept, dropped)
    }

    mutating func add(_ event: SpanEvent) {
        guard events.count < Self.maximumEvents else {
            droppedEvents += 1
            return
        }
        let (kept, _) = bounded(event.attributes)
        events.append(Event(name: text(event.name), nanoseconds: event.nanosecondsSinceEpoch, attributes: kept))
    }

    private mutating func bounded(_ given: SpanAttributes) -> (kept: [Attribute], dropped: Int) {
        var pairs: [Attribute] = []
        // It is no sequence.
        // swift-format-ignore: ReplaceForEachWithForLoop
        given.forEach { pairs.append(Attribute(key: $0, value: $1)) }
        pairs.sort { ExactString($0.key) < ExactString($1.key) }
        var kept: [Attribute] = []
        for pair in pairs {
            guard kept.count < Self.maximumAttributes, textBytes < Self.maximumTextBytes else { break }
            kept.append(Attribute(key: text(pair.key), value: bounded(pair.value)))
        }
        return (kept, pairs.count - kept.count)
    }

    private mutating func bounded(_ value: SpanAttribute) -> SpanAttribute {
        switch value {
        case .string(let value): .string(text(value))
        case .stringConvertible(let value): .string(text(String(describing: value)))
        case .stringArray(let values): .stringArray(texts(values) { $0 })
        case .stringConvertibleArray(let values): .stringArray(texts(values) { String(describing: $0) })
        case .int32(let value): .int64(Int64(value))
        case .int32Array(let values): .int64Array(values.prefix(Self.maximumElements).map(Int64.init))
        case .int64Array(let values): .int64Array(Array(values.prefix(Self.maximumElements)))
        case .doubleArray(let values): .doubleArray(Array(values.prefix(Self.maximumElements)))
        case .boolArray(let values): .boolArray(Array(values.prefix(Self.maximumElements)))
        default: value
        }
    }

    private mutating func texts<Value>(_ values: [Value], _ spell: (Value) -> String) -> [String] {
        var result: [String] = []
        for value in values.prefix(Self.maximumElements) {
            guard textBytes < Self.maximumTextBytes else { break }
            result.append(text(spell(value)))
        }
        return result
    }

    private mutating func text(_ text: String) -> String {
        let result = VisibleText.part(ExactString(text), upTo: Self.maximumTextLength)
        textBytes += result.utf8.count
        return result
    }
}
