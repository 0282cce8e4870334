import CoreMetrics
import Testing

@testable import Prometheus

@Suite struct `What a library counts through swift-metrics` {
    private let registry = MetricsRegistry()
    private let factory: RegistryMetricsFactory

    init() {
        factory = RegistryMetricsFactory(registry: registry)
    }

    private var text: String { String(decoding: registry.text(), as: UTF8.self) }

    @Test func `is shown with names and labels made to fit`() {
        Counter(label: "pool.hits", dimensions: [("pool-name", "a\"b")], factory: factory).increment(by: 2)
        Meter(label: "size", factory: factory).set(4)
        Gauge(label: "last", factory: factory).record(5)
        Timer(label: "wait", factory: factory).recordMilliseconds(2)
        Recorder(label: "bytes", dimensions: [], aggregate: true, factory: factory).record(300)
        let text = text
        for line in [
            #"pool_hits_total{pool_name="a\"b"} 2"#, "size 4", "last 5", #"wait_seconds_bucket{le="0.01"} 1"#,
            "wait_seconds_sum 0.002", #"bytes_bucket{le="1000"} 1"#, "bytes_sum 300",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
    }

    @Test func `is the same counter when it is asked for again`() {
        for _ in 0..<3 { Counter(label: "a", factory: factory).increment() }
        #expect(text.contains("\na_total 3\n"))
    }

    @Test func `is not shown beyond a hundred series a name`() {
        for index in 0..<150 { Counter(label: "a", dimensions: [("b", "\(index)")], factory: factory).increment() }
        #expect(text.matches(of: /a_total\{/).count == 100)
    }

    @Test func `is not shown beyond so many names`() {
        for index in 0..<300 { Counter(label: "a\(index)", factory: factory).increment() }
        #expect(registry.names.count == RegistryMetricsFactory.maximumNames)
    }

    @Test func `is not shown where the name is of another kind`() {
        registry.gauge("a_total", "A.").set(Int64(7))
        Counter(label: "a", factory: factory).increment()
        #expect(text.hasSuffix("# TYPE a_total gauge\na_total 7\n"))
    }
}

@Suite struct `Figures of the process` {
    private static let stat =
        "42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 1000 550637568 9972 18446744073709551615"

    @Test func `are read behind the name of the program, whatever is in it`() {
        // Of a machine with 100 ticks a second and pages of 4096 bytes, as all that run this are.
        #expect(ProcessFigures.processorSeconds(stat: Self.stat) == 3)
        #expect(ProcessFigures.virtualBytes(stat: Self.stat) == 550_637_568)
        #expect(ProcessFigures.residentBytes(stat: Self.stat) == 40_845_312)
        #expect(ProcessFigures.startTime(stat: Self.stat, system: "cpu 1\nbtime 1700000000\nx") == 1_700_000_010)
    }

    @Test func `are left out when they cannot be read`() {
        #expect(ProcessFigures.processorSeconds(stat: "") == nil)
        #expect(ProcessFigures.startTime(stat: Self.stat, system: "") == nil)
    }

    @Test func `are those of this process`() throws {
        let registry = MetricsRegistry()
        ProcessFigures.register(in: registry)
        let text = String(decoding: registry.text(), as: UTF8.self)
        for name in registry.names {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }, "\(name)")
            #expect(try #require(Double(line.dropFirst(name.utf8.count + 1))) > 0, "\(line)")
        }
        #expect(registry.names.count == 6)
    }
}
