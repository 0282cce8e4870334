private import Synchronization
package import Tracing

/// A span of ``SpanTracer``: it takes what is said of it until it ends, and goes into the queue then.
///
/// One of a trace that nobody records takes nothing and goes nowhere.
package final class RecordedSpan: Tracing.Span {
    private struct State: Sendable {
        /// Nil for one that is not recorded, and once it has ended.
        var span: FinishedSpan?
        var name: String
        var attributes = SpanAttributes()
    }

    package let context: InstrumentationContext
    private let queue: SpanQueue?
    private let state: Mutex<State>

    /// One that is not recorded.
    init(context: InstrumentationContext, operationName: String) {
        (self.context, queue) = (context, nil)
        state = Mutex(State(span: nil, name: operationName))
    }

    init(context: InstrumentationContext, span: FinishedSpan, queue: SpanQueue) {
        (self.context, self.queue) = (context, queue)
        state = Mutex(State(span: span, name: span.name))
    }

    package var isRecording: Bool { state.withLock { $0.span != nil } }

    package var operationName: String {
        get { state.withLock { $0.name } }
        set { state.withLock { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { state.withLock { $0.attributes } }
        set { state.withLock { if $0.span != nil { $0.attributes = newValue } } }
    }

    package func setStatus(_ status: SpanStatus) {
        state.withLock { $0.span?.status = status }
    }

    package func addEvent(_ event: SpanEvent) {
        state.withLock { $0.span?.add(event) }
    }

    /// Tells the error's type alone: what it says may be of any text.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        guard isRecording else { return }
        var attributes = attributes
        attributes["exception.type"] = String(describing: type(of: error))
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    /// Links are counted and not kept: nothing here has any.
    package func addLink(_ link: SpanLink) {
        state.withLock { $0.span?.droppedLinks += 1 }
    }

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let ended = state.withLock { state in
            let span = state.span
            state.span = nil
            return span.map { ($0, state.name, state.attributes) }
        }
        guard let (begun, name, attributes) = ended else { return }
        var span = begun
        span.name = name
        span.endNanoseconds = max(span.startNanoseconds, instant().nanosecondsSinceEpoch)
        span.take(attributes)
        queue?.add(span)
    }
}
