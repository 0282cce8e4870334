import Foundation
import TestCheckout

/// A metric and the labels it may have.
struct Metric: Hashable, Sendable {
    var name: String
    var labels: Set<String>
}

/// The metrics there are.
enum MetricCatalogue {
    /// The server's own, as `deploy/monitoring/metrics.txt` lists them: a histogram by the three names Prometheus gives it.
    static func existingMetricNames() throws -> [String: Metric] {
        var metrics: [String: Metric] = [:]
        for line in try Checkout.text("deploy/monitoring/metrics.txt").split(separator: "\n")
        where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            let isHistogram = words.dropFirst().first == "histogram"
            for suffix in isHistogram ? ["_bucket", "_sum", "_count"] : [""] {
                let labels = Set(words.dropFirst(2)).union(suffix == "_bucket" ? ["le"] : [])
                metrics[words[0] + suffix] = Metric(name: words[0] + suffix, labels: labels)
            }
        }
        return metrics
    }

    /// Those of kube-apiserver that tell what it makes of a webhook, as version 1.36 shows them.
    static let apiServer: [String: Metric] = [
        Metric(
            name: "apiserver_admission_webhook_rejection_count",
            labels: ["name", "type", "operation", "error_type", "rejection_code"]
        ),
        Metric(name: "apiserver_admission_webhook_fail_open_count", labels: ["name", "type"]),
        Metric(
            name: "apiserver_admission_webhook_request_total",
            labels: ["name", "type", "operation", "code", "rejected"]
        ),
        Metric(
            name: "apiserver_admission_webhook_admission_duration_seconds_bucket",
            labels: ["name", "type", "operation", "rejected", "le"]
        ),
    ].reduce(into: [:]) { $0[$1.name] = $1 }

    /// What a PodMonitor adds to every series.
    static let targetLabels: Set = ["namespace", "pod", "container"]
}

/// What a PromQL expression asks for.
struct Query {
    private(set) var metrics: [Metric] = []
    /// In `by (…)` and the like: of the whole expression.
    private(set) var groupingLabels: Set<String> = []

    private static let groupings: Set = ["by", "without", "on", "ignoring", "group_left", "group_right"]
    private static let operators: Set = ["and", "or", "unless", "bool", "offset"]

    /// Reads as much of the language as it takes to tell names of metrics from all other words.
    init(_ expression: String) {
        // Texts are values and may hold anything; ranges and numbers are no names.
        var rest = Substring(
            expression.replacing(/"(?:[^"\\]|\\.)*"/, with: "\"\"").replacing(/\[[^\]]*\]/, with: "")
        )
        while let match = rest.firstMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*|[0-9][0-9a-zA-Z.]*/) {
            let word = String(match.output)
            rest = rest[match.range.upperBound...].drop { $0 == " " }
            if word.first?.isNumber == true || Self.operators.contains(word) { continue }
            if Self.groupings.contains(word) {
                groupingLabels.formUnion(Self.takeList("(", ")", from: &rest))
            } else if rest.first != "(" {
                guard !rest.hasPrefix("by ("), !rest.hasPrefix("without (") else { continue }
                metrics.append(Metric(name: word, labels: Self.takeList("{", "}", from: &rest)))
            }
        }
    }

    /// The names in a list at the start of `text`, which goes on behind it.
    private static func takeList(_ open: Character, _ close: Character, from text: inout Substring) -> Set<String> {
        guard text.first == open, let end = text.firstIndex(of: close) else { return [] }
        let list = text[..<end]
        text = text[text.index(after: end)...].drop { $0 == " " }
        return Set(list.matches(of: /[a-zA-Z_][a-zA-Z0-9_]*/).map { String($0.output) })
    }
}
