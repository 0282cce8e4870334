internal import HTTPServer
package import Tracing

/// Makes spans that go into a queue when they end, of traces that their callers record and of no others.
///
/// It samples at the head, and leaves that to whoever began the trace: a span without a recorded parent is none.
package struct SpanTracer: Tracer {
    package typealias Span = RecordedSpan

    /// The field of W3C Trace Context, section 3.2.
    private static let field = "traceparent"

    private let queue: SpanQueue
    private let randomID: @Sendable () -> UInt64

    /// - Parameters:
    ///   - queue: gets every span that ends.
    ///   - randomID: a number that no other span has, whatever its bits.
    package init(
        queue: SpanQueue,
        randomID: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        (self.queue, self.randomID) = (queue, randomID)
    }

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> InstrumentationContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> RecordedSpan {
        var context = context()
        guard let parent = context.span, parent.isSampled else {
            return RecordedSpan(context: context, operationName: operationName)
        }
        let own = TraceContext(
            traceID: parent.traceID,
            // Zero is no id.
            parentID: max(randomID(), 1),
            isSampled: true
        )
        context.span = own
        return RecordedSpan(
            context: context,
            span: FinishedSpan(
                own: own,
                parentID: parent.parentID,
                name: operationName,
                kind: kind,
                startNanoseconds: instant().nanosecondsSinceEpoch
            ),
            queue: queue
        )
    }

    package func forceFlush() { queue.wake() }

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout InstrumentationContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard var text = extractor.extract(key: Self.field, from: carrier) else { return }
        // The bytes are lent for the call.
        if let trace = text.withUTF8({ unsafe TraceContext($0) }) { context.span = trace }
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: InstrumentationContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let span = context.span else { return }
        injector.inject(span.fieldText, forKey: Self.field, into: &carrier)
    }
}
