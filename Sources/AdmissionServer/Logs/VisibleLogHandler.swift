internal import JSONPull
package import Logging

/// Makes message and metadata of every line fit to print before another handler writes them as text.
///
/// Names that clients choose are quoted where they are logged (``QuotedText``); this is for what others say: the API server, the
/// system, a library.
package struct VisibleLogHandler: LogHandler {
    private var handler: any LogHandler

    /// - Parameter handler: writes the lines.
    package init(_ handler: any LogHandler) {
        self.handler = handler
    }

    package var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    package var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    package var metadataProvider: Logger.MetadataProvider? {
        get { handler.metadataProvider }
        set { handler.metadataProvider = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    package func log(event: LogEvent) {
        var event = event
        event.message = "\(VisibleText.line(event.message.description))"
        event.metadata = event.metadata?.mapValues(Self.visible)
        handler.log(event: event)
    }

    private static func visible(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        switch value {
        case .string(let text): .string(VisibleText.line(text))
        case .stringConvertible(let value): .string(VisibleText.line(value.description))
        case .array(let values): .array(values.map(visible))
        case .dictionary(let members): .dictionary(members.mapValues(visible))
        }
    }
}
