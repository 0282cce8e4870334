/// Writes what a scrape gets: for each metric `# HELP`, `# TYPE`, then its samples, a line each, `name{label="value"} number`.
///
/// OpenMetrics 1.0.0 has the name of a counter without `_total` in the first two, examples behind buckets, and an end.
package struct MetricsText {
    private static let total = "_total"

    private(set) var bytes: [UInt8] = []
    private let format: ExpositionFormat

    init(_ format: ExpositionFormat) {
        self.format = format
        // What the metrics of a server take, so that a scrape allocates once.
        bytes.reserveCapacity(64 * 1024)
    }

    /// - Parameters:
    ///   - name: of the metric.
    ///   - kind: of the metric.
    ///   - help: one sentence.
    ///   - others: the names of all metrics; in OpenMetrics a counter beside a gauge of its name without `_total` keeps its own
    ///     name and is of no known kind, as no two families may share one.
    mutating func begin(_ name: String, _ kind: MetricKind, _ help: String, among others: Set<String>) {
        var (family, type) = (name, kind.rawValue)
        if format == .openMetrics, kind == .counter {
            let short = Self.withoutTotal(name)
            if short != name, others.contains(short) { type = "unknown" } else { family = short }
        }
        append("# HELP ")
        append(family)
        append(" ")
        // In OpenMetrics quotes are escaped here, too.
        Self.appendEscaped(help, quote: format == .openMetrics, to: &bytes)
        append("\n# TYPE ")
        append(family)
        append(" ")
        append(type)
        append("\n")
    }

    /// Nothing comes any more.
    mutating func end() {
        if format == .openMetrics { append("# EOF\n") }
    }

    mutating func sample(_ name: String, _ kind: MetricKind, _ labels: LabelSet, _ value: String) {
        let isUnended =
            format == .openMetrics && kind == .counter && !name.utf8.reversed().starts(with: Self.total.utf8.reversed())
        sample(name, suffix: isUnended ? Self.total : "", labels, value)
    }

    private static func withoutTotal(_ name: String) -> String {
        guard name.utf8.reversed().starts(with: total.utf8.reversed()) else { return name }
        return String(Substring(name.utf8.dropLast(total.utf8.count)))
    }

    private mutating func sample(
        _ name: String,
        suffix: String,
        _ labels: LabelSet,
        bound: String? = nil,
        _ value: String,
        _ exemplar: (labels: LabelSet, value: String, seconds: Int64)? = nil
    ) {
        append(name)
        append(suffix)
        if !labels.text.isEmpty || bound != nil {
            append("{")
            bytes.append(contentsOf: labels.text)
            if let bound {
                append(labels.text.isEmpty ? "le=\"" : ",le=\"")
                append(bound)
                append("\"")
            }
            append("}")
        }
        append(" ")
        append(value)
        if let exemplar {
            append(" # {")
            bytes.append(contentsOf: exemplar.labels.text)
            append("} \(exemplar.value) \(exemplar.seconds)")
        }
        append("\n")
    }

    mutating func histogram(_ name: String, _ labels: LabelSet, _ histogram: HistogramMetric) {
        let counts = histogram.cumulativeCounts
        let exemplars = format == .openMetrics ? histogram.currentExemplars : []
        func exemplar(_ index: Int) -> (labels: LabelSet, value: String, seconds: Int64)? {
            guard index < exemplars.count, let one = exemplars[index] else { return nil }
            return (one.labels, Self.number(Double(one.amount) / histogram.scale), one.seconds)
        }
        for (index, bound) in histogram.bounds.enumerated() {
            let bound = self.bound(Double(bound) / histogram.scale)
            sample(name, suffix: "_bucket", labels, bound: bound, String(counts[index]), exemplar(index))
        }
        let total = String(counts[histogram.bounds.count])
        sample(name, suffix: "_bucket", labels, bound: "+Inf", total, exemplar(histogram.bounds.count))
        sample(name, suffix: "_sum", labels, Self.number(histogram.sum))
        sample(name, suffix: "_count", labels, total)
    }

    /// A bound as a label; OpenMetrics has `1.0` for what the older format has as `1`.
    private func bound(_ value: Double) -> String {
        let number = Self.number(value)
        return format == .openMetrics && Int64(exactly: value) != nil ? "\(number).0" : number
    }

    /// A number as Go reads it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        guard value.isFinite else { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }

    /// Appends `text` with `\`, line ends and, inside of quotes, `"` escaped.
    static func appendEscaped(_ text: String, quote: Bool, to bytes: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\"") where quote: bytes.append(contentsOf: #"\""#.utf8)
            default: bytes.append(byte)
            }
        }
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}
