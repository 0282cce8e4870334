internal import JSONPull
package import Logging

/// Writes log lines as JSON objects, one a line: `time`, `level`, `logger`, `message`, then the metadata.
///
/// Metadata named like one of the four is written with `metadata.` in front.
package struct JSONLogHandler: LogHandler {
    private static let ownKeys: Set<String> = ["time", "level", "logger", "message"]

    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let now: @Sendable () -> LogTime
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameters:
    ///   - label: of the logger.
    ///   - now: the time of a line.
    ///   - write: takes one whole line at a time, from any thread.
    package init(
        label: String,
        now: @escaping @Sendable () -> LogTime = { .now() },
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.label = label
        self.now = now
        self.write = write
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("time", now().description)
        writer.member("level", event.level.rawValue)
        writer.member("logger", label)
        writer.member("message", event.message.description)
        if let error = event.error { writer.member("error", "\(error)") }
        for (key, value) in merged(event.metadata).sorted(by: { $0.key < $1.key }) {
            writer.escapedKey(Self.ownKeys.contains(key) ? "metadata.\(key)" : key)
            Self.write(value, to: &writer)
        }
        writer.endObject()
        writer.newline()
        write(VisibleText.json(writer.bytes))
    }

    /// A line's own metadata wins over the logger's, and that over the provider's.
    private func merged(_ own: Logger.Metadata?) -> Logger.Metadata {
        let provided = (metadataProvider ?? .init { [:] }).get()
        if provided.isEmpty, metadata.isEmpty { return own ?? [:] }
        return provided.merging(metadata) { $1 }.merging(own ?? [:]) { $1 }
    }

    private static func write(_ value: Logger.Metadata.Value, to writer: inout JSONWriter) {
        switch value {
        case .string(let text): writer.string(text)
        case .stringConvertible(let text as QuotedText): writer.string(text.plain)
        case .stringConvertible(let value): writer.string(value.description)
        case .array(let values):
            writer.beginArray()
            for value in values { write(value, to: &writer) }
            writer.endArray()
        case .dictionary(let members):
            writer.beginObject()
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                writer.escapedKey(key)
                write(value, to: &writer)
            }
            writer.endObject()
        }
    }
}
