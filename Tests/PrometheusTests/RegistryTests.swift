import Testing

@testable import Prometheus

@Suite struct `The text of metrics` {
    private let registry = MetricsRegistry()

    private var text: String { String(decoding: registry.text(), as: UTF8.self) }

    @Test func `is help, type, and a line a series`() {
        registry.counter("requests_total", "Requests.", LabelSet([("method", "GET"), ("code", "200")])).increment(by: 3)
        registry.counter("requests_total", "Requests.", LabelSet([("method", "PUT"), ("code", "200")])).increment()
        registry.gauge("open", "Open things.").set(-1.5)
        #expect(
            text == """
                # HELP requests_total Requests.
                # TYPE requests_total counter
                requests_total{method="GET",code="200"} 3
                requests_total{method="PUT",code="200"} 1
                # HELP open Open things.
                # TYPE open gauge
                open -1.5

                """
        )
    }

    @Test func `has a histogram's buckets with what is below, too`() {
        let metric = registry.durations("wait_seconds", "Waits.", LabelSet("for", "it"), bounds: [50_000, 1_000_000])
        for nanoseconds: Int64 in [-7, 50_000, 50_001, 1_000_000, 5_000_000_000] { metric.observe(nanoseconds) }
        #expect(
            text == """
                # HELP wait_seconds Waits.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{for="it",le="5e-05"} 2
                wait_seconds_bucket{for="it",le="0.001"} 4
                wait_seconds_bucket{for="it",le="+Inf"} 5
                wait_seconds_sum{for="it"} 5.001100001
                wait_seconds_count{for="it"} 5

                """
        )
    }

    @Test func `escapes what would end a value or a line`() {
        registry.gauge("a", "One\nback\\slash \"quoted\".", LabelSet("b", "x\"y\\z\n")).set(Int64(1))
        #expect(
            text == #"""
                # HELP a One\nback\\slash "quoted".
                # TYPE a gauge
                a{b="x\"y\\z\n"} 1

                """#
        )
    }

    @Test(arguments: [
        (0, "0"), (-0.0, "0"), (12, "12"), (0.1, "0.1"), (1e300, "1e+300"), (.nan, "NaN"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"),
    ])
    func `has numbers as Go reads them`(value: Double, expected: String) {
        #expect(MetricsText.number(value) == expected)
    }

    @Test func `asks collectors at each scrape`() {
        let counter = CounterMetric()
        registry.collect("a", .counter, "A.") { $0.add(Double(counter.value)) }
        registry.collect("a", .counter, "A.") { $0.add(7, LabelSet("b", "c")) }
        counter.increment()
        #expect(text.hasSuffix("a 1\na{b=\"c\"} 7\n"))
        counter.increment()
        #expect(text.hasSuffix("a 2\na{b=\"c\"} 7\n"))
    }

    @Test func `asks once a scrape for what is shown together`() {
        let readings = CounterMetric()
        registry.collect(together: [("a", .gauge, "A."), ("b", .counter, "B.")]) { samples in
            readings.increment()
            samples[0].add(Double(readings.value), LabelSet("of", "a"))
            samples[1].add(Double(readings.value))
        }
        registry.declare("c", .gauge, "C.")
        let first = "# HELP a A.\n# TYPE a gauge\na{of=\"a\"} 1\n# HELP b B.\n# TYPE b counter\nb 1\n"
        #expect(text == first + "# HELP c C.\n# TYPE c gauge\n")
        #expect(text.hasPrefix(first.replacing(" 1\n", with: " 2\n")))
    }

    @Test func `names what has no series yet`() {
        registry.declare("a", .gauge, "A.")
        #expect(text == "# HELP a A.\n# TYPE a gauge\n")
        #expect(registry.names == ["a"])
    }

    @Test func `shows counters of a row once they have counted, or when they are to be expected`() {
        let row = registry.counters(
            "a_total",
            "A.",
            [
                .init(LabelSet("b", "0"), isAlwaysShown: true),
                .init(LabelSet("b", "1"), isAlwaysShown: false),
                .init(LabelSet("b", "2"), isAlwaysShown: false),
            ]
        )
        row.increment(at: 2)
        #expect(text.hasSuffix("counter\na_total{b=\"0\"} 0\na_total{b=\"2\"} 1\n"))
    }
}

@Suite struct `Metrics` {
    @Test func `are the same object for the same name and labels`() {
        let registry = MetricsRegistry()
        let one = registry.counter("a_total", "A.", LabelSet("b", "c"))
        #expect(one === registry.counter("a_total", "A.", LabelSet("b", "c")))
        #expect(one !== registry.counter("a_total", "A.", LabelSet("b", "d")))
    }

    @Test func `lose nothing when many threads count`() async {
        let counter = CounterMetric()
        let gauge = GaugeMetric()
        let histogram = HistogramMetric(bounds: [1], scale: 1)
        await withTaskGroup { tasks in
            for _ in 0..<8 {
                tasks.addTask {
                    for _ in 0..<10_000 {
                        counter.increment()
                        gauge.increment(by: 2)
                        gauge.decrement(by: 1)
                        histogram.observe(1)
                    }
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(gauge.value == 80_000)
        #expect(histogram.cumulativeCounts == [80_000, 80_000])
        #expect(histogram.sum == 80_000)
    }

    @Test func `that count never go back`() {
        let counter = CounterMetric()
        counter.increment(by: 5)
        counter.increment(by: -3)
        #expect(counter.value == 5)
    }

    @Test(arguments: [("a_b", true), ("A9", true), ("9a", false), ("", false), ("a-b", false), ("a:b", false)])
    func `have names Prometheus takes`(name: String, isValid: Bool) {
        #expect(MetricName.isValid(name) == isValid)
        #expect(MetricName.isValid(MetricName.make(from: name)))
    }
}
