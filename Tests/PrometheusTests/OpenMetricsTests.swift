import Testing

@testable import Prometheus

@Suite struct `OpenMetrics` {
    private let registry = MetricsRegistry()

    private var text: String { String(decoding: registry.text(as: .openMetrics), as: UTF8.self) }

    @Test func `has families without _total, and an end`() {
        registry.counter("requests_total", "Requests.", LabelSet("method", "GET")).increment(by: 3)
        registry.counter("odd", "Not ending so, of a library.").increment()
        registry.gauge("open", "Open \"things\".").set(1.5)
        #expect(
            text == """
                # HELP requests Requests.
                # TYPE requests counter
                requests_total{method="GET"} 3
                # HELP odd Not ending so, of a library.
                # TYPE odd counter
                odd_total 1
                # HELP open Open \\"things\\".
                # TYPE open gauge
                open 1.5
                # EOF

                """
        )
    }

    @Test func `has no two families of one name`() {
        registry.gauge("connections", "Open.").set(Int64(1))
        registry.counter("connections_total", "Opened.").increment()
        #expect(
            text == """
                # HELP connections Open.
                # TYPE connections gauge
                connections 1
                # HELP connections_total Opened.
                # TYPE connections_total unknown
                connections_total 1
                # EOF

                """
        )
    }

    @Test func `has an example behind the bucket it is in, the last there was`() {
        let metric = registry.durations("wait_seconds", "Waits.", bounds: [50_000, 1_000_000_000])
        for nanoseconds: Int64 in [10_000, 20_000, 5_000_000_000] {
            metric.observe(nanoseconds)
            metric.exemplify(nanoseconds, LabelSet("trace_id", "t\(nanoseconds)"), at: 1_790_000_000)
        }
        #expect(
            text == """
                # HELP wait_seconds Waits.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{le="5e-05"} 2 # {trace_id="t20000"} 2e-05 1790000000
                wait_seconds_bucket{le="1.0"} 2
                wait_seconds_bucket{le="+Inf"} 3 # {trace_id="t5000000000"} 5 1790000000
                wait_seconds_sum 5.00003
                wait_seconds_count 3
                # EOF

                """
        )
        #expect(!String(decoding: registry.text(), as: UTF8.self).contains("trace_id"))
        #expect(String(decoding: registry.text(), as: UTF8.self).contains(#"le="1"} 2"#))
    }

    @Test(
        arguments: [
            // Prometheus 2.53 and 3.
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", true
            ),
            ("application/openmetrics-text", true), ("Application/OpenMetrics-Text; Version=\"1.0.0\"", true),
            ("application/openmetrics-text;version=1.0.0,text/plain", true),
            ("application/openmetrics-text;q=0.2,text/plain;q=0.3", false), ("application/openmetrics-text;q=0", false),
            ("application/openmetrics-text;version=2.0.0", false), ("application/openmetrics-text;q=x", false),
            ("application/openmetrics-text;q=-1", false), ("application/openmetrics-textual", false), ("*/*", false),
            ("application/*", false), ("text/plain", false), ("", false), (",;,=;,", false), (nil, false),
            ("application/openmetrics-text;q=nan", false), (String(repeating: ";", count: 10_000), false),
        ] as [(String?, Bool)]
    )
    func `is what a client prefers`(accept: String?, isOpenMetrics: Bool) {
        let format = ExpositionFormat(accept: accept)
        #expect((format == .openMetrics) == isOpenMetrics)
    }
}
