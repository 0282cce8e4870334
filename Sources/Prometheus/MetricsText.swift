/// Writes the text exposition format of Prometheus, version 0.0.4: for each metric `# HELP`, `# TYPE`, then its samples, a
/// line each, `name{label="value"} number`.
package struct MetricsText {
    /// The value of `Content-Type`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var bytes: [UInt8] = []

    init() {
        // What the metrics of a server take, so that a scrape allocates once.
        bytes.reserveCapacity(64 * 1024)
    }

    mutating func begin(_ name: String, _ kind: MetricKind, _ help: String) {
        append("# HELP ")
        append(name)
        append(" ")
        Self.appendEscaped(help, quote: false, to: &bytes)
        append("\n# TYPE ")
        append(name)
        append(" ")
        append(kind.rawValue)
        append("\n")
    }

    mutating func sample(_ name: String, suffix: String = "", _ labels: LabelSet, bound: String? = nil, _ value: String)
    {
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
        append("\n")
    }

    mutating func histogram(_ name: String, _ labels: LabelSet, _ histogram: HistogramMetric) {
        let counts = histogram.cumulativeCounts
        for (index, bound) in histogram.bounds.enumerated() {
            let bound = Self.number(Double(bound) / histogram.scale)
            sample(name, suffix: "_bucket", labels, bound: bound, String(counts[index]))
        }
        let total = String(counts[histogram.bounds.count])
        sample(name, suffix: "_bucket", labels, bound: "+Inf", total)
        sample(name, suffix: "_sum", labels, Self.number(histogram.sum))
        sample(name, suffix: "_count", labels, total)
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
