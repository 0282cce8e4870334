package import HTTPServer
internal import Prometheus
package import TLS

/// What is counted below the reviews: connections, handshakes, and requests that never became one.
package final class TransportMetrics: HTTPServerObserver {
    /// What a request is too long in.
    private enum Part: String, CaseIterable {
        case head
        case body
    }

    private let openConnections: [HTTPProtocol: GaugeMetric]
    private let connections: CounterMetrics<HTTPProtocol>
    private let handshakeFailures: [String: CounterMetric]
    private let timeouts: CounterMetrics<HTTPTimeout>
    private let deadlines: CounterMetric
    private let oversize: CounterMetrics<Part>
    private let requestsShed: CounterMetrics<AdmissionMetrics.ShedReason>
    private let connectionsEnded: CounterMetrics<HTTPConnectionEnd>
    private let acceptFailures: CounterMetric

    init(_ registry: MetricsRegistry) {
        let prefix = AdmissionMetrics.prefix
        openConnections = Dictionary(
            uniqueKeysWithValues: HTTPProtocol.allCases.map { httpProtocol in
                let labels = LabelSet("protocol", httpProtocol.rawValue)
                return (httpProtocol, registry.gauge(prefix + "connections", "Open connections.", labels))
            }
        )
        connections = registry.counters(
            prefix + "connections_total",
            "Connections that got as far as HTTP.",
            label: "protocol",
            HTTPProtocol.allCases
        )
        let failures = "TLS handshakes that failed; somebody who connects and leaves without a byte is none."
        handshakeFailures = Dictionary(
            uniqueKeysWithValues: HandshakeFailure.serverLabels.map { label in
                let labels = LabelSet("reason", label)
                return (label, registry.counter(prefix + "handshake_failures_total", failures, labels))
            }
        )
        let slow = "Connections, requests and reviews that took too long."
        timeouts = registry.counters(prefix + "request_timeouts_total", slow, label: "phase", HTTPTimeout.allCases)
        deadlines = registry.counter(prefix + "request_timeouts_total", slow, LabelSet("phase", "deadline"))
        oversize = registry.counters(
            prefix + "requests_oversize_total",
            "Requests that were too large.",
            label: "part",
            Part.allCases
        )
        requestsShed = registry.counters(
            prefix + "requests_shed_total",
            "Requests answered 503 because there are too many, and connections closed for it.",
            label: "reason",
            AdmissionMetrics.ShedReason.allCases
        )
        connectionsEnded = registry.counters(
            prefix + "connections_ended_total",
            "Connections ended for what their client did, or for another connection.",
            label: "reason",
            HTTPConnectionEnd.allCases
        )
        acceptFailures = registry.counter(
            prefix + "accept_failures_total",
            "Times that no connection could be accepted for want of file descriptors or memory."
        )
    }

    /// A review was answered after its time, or not judged because it had passed.
    func missedDeadline() {
        deadlines.increment()
    }

    func shed(_ reason: AdmissionMetrics.ShedReason) {
        requestsShed[reason]?.increment()
    }

    // MARK: What the server tells

    package func opened(_ httpProtocol: HTTPProtocol) {
        openConnections[httpProtocol]?.increment(by: 1)
        connections[httpProtocol]?.increment()
    }

    package func closed(_ httpProtocol: HTTPProtocol) {
        openConnections[httpProtocol]?.decrement(by: 1)
    }

    package func refusedConnection() {
        shed(.connections)
    }

    package func handshakeFailed(_ failure: HandshakeFailure) {
        handshakeFailures[failure.label]?.increment()
    }

    package func timedOut(_ phase: HTTPTimeout) {
        timeouts[phase]?.increment()
    }

    package func ended(_ reason: HTTPConnectionEnd) {
        connectionsEnded[reason]?.increment()
    }

    package func couldNotAccept() {
        acceptFailures.increment()
    }

    package func refused(_ error: HTTPRequestError) {
        switch error {
        case .headTimedOut: timedOut(.head)
        case .bodyTimedOut: timedOut(.body)
        case .headTooLarge, .tooManyHeaderFields, .headTooLargeOrTooManyFields: oversize[.head]?.increment()
        case .bodyTooLarge: oversize[.body]?.increment()
        case .tooManyBodyBytes: shed(.bodyBudget)
        case .tooManyConnections: shed(.connections)
        case .malformed, .versionNotSupported, .answerFailed: break
        }
    }
}
