package import HTTPServer
package import Tracing

extension InstrumentationContext {
    private enum SpanKey: InstrumentationContextKey {
        typealias Value = TraceContext
        static var nameOverride: String? { "traceparent" }
    }

    /// The span that spans begun with this context are parts of; nil for those of no trace.
    package var span: TraceContext? {
        get { self[SpanKey.self] }
        set { self[SpanKey.self] = newValue }
    }
}
