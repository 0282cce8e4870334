internal import HTTPServer
internal import JSONPull
internal import Tracing

/// The body of an export: `ExportTraceServiceRequest` of opentelemetry-proto 1 as OTLP/HTTP has it in JSON.
///
/// Ids are hexadecimal and not base64, 64-bit integers strings, enumerations numbers.
enum TraceExport {
    /// In flags beside those of W3C: it is known whether the parent is in another process, and it is.
    private static let parentIsKnown = 0x100
    private static let parentIsRemote = 0x200

    static func encode(_ spans: [FinishedSpan], of resource: SpanResource) -> [UInt8] {
        var writer = JSONWriter(capacity: 512 + spans.count * 768)
        writer.beginObject()
        writer.key("resourceSpans")
        writer.beginArray()
        writer.beginObject()
        writer.key("resource")
        writer.beginObject()
        write(
            [
                .init(key: "service.name", value: .string(resource.name)),
                .init(key: "service.version", value: .string(resource.version)),
                .init(key: "service.instance.id", value: .string(resource.instance)),
            ],
            to: &writer
        )
        writer.endObject()
        writer.key("scopeSpans")
        writer.beginArray()
        writer.beginObject()
        writer.key("scope")
        writer.beginObject()
        writer.member("name", resource.name)
        writer.member("version", resource.version)
        writer.endObject()
        writer.key("spans")
        writer.beginArray()
        for span in spans { write(span, to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ span: FinishedSpan, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("traceId", span.own.traceIDText)
        writer.member("spanId", span.own.parentIDText)
        writer.member("parentSpanId", TraceContext.text(span.parentID))
        let isRemote = span.kind == .server || span.kind == .consumer
        writer.member("flags", 1 | parentIsKnown | (isRemote ? parentIsRemote : 0))
        writer.member("name", span.name)
        writer.member("kind", number(span.kind))
        writer.member("startTimeUnixNano", String(span.startNanoseconds))
        writer.member("endTimeUnixNano", String(span.endNanoseconds))
        write(span.attributes, to: &writer)
        if span.droppedAttributes > 0 { writer.member("droppedAttributesCount", span.droppedAttributes) }
        if !span.events.isEmpty {
            writer.key("events")
            writer.beginArray()
            for event in span.events {
                writer.beginObject()
                writer.member("timeUnixNano", String(event.nanoseconds))
                writer.member("name", event.name)
                write(event.attributes, to: &writer)
                writer.endObject()
            }
            writer.endArray()
        }
        if span.droppedEvents > 0 { writer.member("droppedEventsCount", span.droppedEvents) }
        if span.droppedLinks > 0 { writer.member("droppedLinksCount", span.droppedLinks) }
        if let status = span.status {
            writer.key("status")
            writer.beginObject()
            if let message = status.message { writer.member("message", message) }
            writer.member("code", status.code == .ok ? 1 : 2)
            writer.endObject()
        }
        writer.endObject()
    }

    /// `SpanKind` of the protocol.
    private static func number(_ kind: SpanKind) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }

    // MARK: Attributes

    private static func write(_ attributes: [FinishedSpan.Attribute], to writer: inout JSONWriter) {
        guard !attributes.isEmpty else { return }
        writer.key("attributes")
        writer.beginArray()
        for attribute in attributes {
            writer.beginObject()
            writer.member("key", attribute.key)
            writer.key("value")
            write(attribute.value, to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ value: SpanAttribute, to writer: inout JSONWriter) {
        switch value {
        case .stringArray(let values): write(values.map { .string($0) }, to: &writer)
        case .int64Array(let values): write(values.map { .int64($0) }, to: &writer)
        case .doubleArray(let values): write(values.map { .double($0) }, to: &writer)
        case .boolArray(let values): write(values.map { .bool($0) }, to: &writer)
        default:
            writer.beginObject()
            writeScalar(value, to: &writer)
            writer.endObject()
        }
    }

    private static func write(_ values: [SpanAttribute], to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("arrayValue")
        writer.beginObject()
        writer.key("values")
        writer.beginArray()
        for value in values {
            writer.beginObject()
            writeScalar(value, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }

    private static func writeScalar(_ value: SpanAttribute, to writer: inout JSONWriter) {
        switch value {
        case .string(let value): writer.member("stringValue", value)
        case .bool(let value):
            writer.key("boolValue")
            writer.boolean(value)
        case .int64(let value): writer.member("intValue", String(value))
        case .double(let value):
            writer.key("doubleValue")
            if value.isFinite {
                writer.value(ExactString("\(value)"))
            } else {
                writer.string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
            }
        default: break
        }
    }
}
