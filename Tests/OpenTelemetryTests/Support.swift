import HTTPServer
import Testing
import Tracing

@testable import OpenTelemetry

extension TraceContext {
    /// Of the examples of W3C Trace Context.
    static func example(sampled: Bool = true) -> TraceContext {
        TraceContext(
            traceID: (0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736),
            parentID: 0x00f0_67aa_0ba9_02b7,
            isSampled: sampled
        )
    }
}

extension InstrumentationContext {
    static func example(sampled: Bool = true) -> InstrumentationContext {
        var context = InstrumentationContext.topLevel
        context.span = .example(sampled: sampled)
        return context
    }
}

/// A moment as a tracer has it.
func at(_ nanoseconds: UInt64) -> DefaultTracerClock.Timestamp {
    DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: nanoseconds)
}

extension SpanQueue {
    convenience init() { self.init { _ in Issue.record("a span was dropped") } }
}
