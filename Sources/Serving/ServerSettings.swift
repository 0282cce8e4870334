package import AdmissionServer
package import ClusterState
package import HTTPServer
internal import KubernetesClient
package import NIOCore
package import Offline
package import SelfManagedCertificates

/// What a server is to be like: the arguments of `serve`, checked, or what a test wants.
package struct ServerSettings: Sendable {
    /// Nil for all addresses there are.
    package var host: String?
    /// 0 lets the system choose.
    package var port: Int
    package var tls: TLSFiles
    /// Whether HTTP/2 is offered, and why, for the log.
    package var http2Choice: String
    /// Nil where others keep the certificate.
    package var selfManaged: SelfManaged?
    package var policy: PolicyLocation
    package var state: State
    package var claims: Claims
    /// Whether reviews leave marks in the namespace of the claims, for the audit; only where there are claims.
    package var leavesMarks = true
    /// From the beginning of an audit to that of the next, in seconds; nil for none.
    ///
    /// Only where there are claims, as replicas elect the one that audits where they claim.
    package var auditIntervalSeconds: Int?
    /// Whether people are told by Events in the cluster.
    package var writesEvents = false
    /// The reports that the audit writes; nil for none.
    package var policyReports: PolicyReportAPI?
    /// Threads that answer.
    package var threads: Int
    package var limits: Limits
    /// Nil for no metrics.
    package var metrics: Metrics?
    /// Nil for no status page.
    package var status: Status?
    /// Nil for no spans.
    package var spans: Spans?
    /// From so long on an allowed review has a line in the log.
    package var slowReview: TimeAmount
    /// Nil for no decision log.
    package var decisionLog: DecisionLog?

    /// A server on `port` that knows what it admits and nothing else.
    package init(
        host: String? = nil,
        port: Int,
        tls: TLSFiles = TLSFiles(),
        policy: PolicyLocation = PolicyLocation(),
        state: State = .own,
        threads: Int = 1
    ) {
        (self.host, self.port, self.tls, self.policy, self.state) = (host, port, tls, policy, state)
        self.threads = threads
        http2Choice = "on"
        claims = Claims()
        limits = Limits()
        slowReview = ReviewLog.defaultSlowReview
    }

    /// Where the cluster state comes from.
    package enum State: Sendable {
        /// What this process admits.
        case own
        case manifests([String])
        case watched(Cluster)
    }

    /// The API server, and what of it is watched.
    package struct Cluster: Sendable {
        package var connection: ClusterConnection
        package var sources: [ClusterSource]
        /// Beyond this age of a kind that is needed the server is not ready.
        package var readyAgeSeconds: Int

        package init(connection: ClusterConnection, sources: [ClusterSource], readyAgeSeconds: Int) {
            (self.connection, self.sources) = (connection, sources)
            self.readyAgeSeconds = readyAgeSeconds
        }
    }

    /// The certificate that replicas keep in the cluster.
    package struct SelfManaged: Sendable {
        /// Nil where there is no API server to keep it in.
        package var connection: ClusterConnection?
        /// Nil for the namespace of the access.
        package var namespace: String?
        package var secret: String
        package var configuration: String
        package var service: String
        package var timing: KeeperTiming

        package init(
            connection: ClusterConnection?,
            namespace: String?,
            secret: String,
            configuration: String,
            service: String,
            timing: KeeperTiming
        ) {
            (self.connection, self.namespace, self.secret) = (connection, namespace, secret)
            (self.configuration, self.service, self.timing) = (configuration, service, timing)
        }
    }

    /// How replicas agree on who has a branch.
    package struct Claims: Sendable {
        package var isOn = true
        /// From a claim, or a reservation in memory, to the storage of its run at the most.
        package var gapSeconds = Int(ClaimTiming.defaultGapMilliseconds / 1000)
        /// Of the Leases; nil for that of the access.
        package var namespace: String?

        package init() {}

        var gapMilliseconds: Int64 { Int64(gapSeconds) * 1000 }
    }

    /// What clients may make the server hold and wait for.
    package struct Limits: Sendable {
        package var server = HTTPServerLimits()
        package var maximumInFlight = ReviewsInFlight.defaultMaximum
        /// From the wish that the server stop to its end.
        package var drainSeconds = 25
        /// Of that, how long new connections are served.
        package var drainDelaySeconds = 0

        package init() {}
    }

    /// Where decisions are logged.
    package struct DecisionLog: Sendable {
        package var location: DecisionFile.Location
        /// With what its lines are chained; nil to leave them as they are.
        package var keyFile: String?

        package init(location: DecisionFile.Location, keyFile: String? = nil) {
            (self.location, self.keyFile) = (location, keyFile)
        }
    }

    /// Where the status page is.
    package struct Status: Sendable {
        package var host: String
        package var port: Int
        /// The ConfigMap that the policy is mounted from, in the namespace of the access; nil to ask for none.
        package var policyMap: String?

        package init(host: String = "127.0.0.1", port: Int) { (self.host, self.port) = (host, port) }

        /// Whether only this machine can ask.
        var isLoopback: Bool {
            host == "localhost" || host == "::1" || host.utf8.starts(with: "127.".utf8)
        }
    }

    /// Where spans are sent.
    package struct Spans: Sendable {
        let server: ServerAddress
        /// Whom to trust, PEM; nil for the system's authorities.
        package var authorityFile: String?

        /// Reads an endpoint, `http://host:4318`, in front of OTLP's own path; nil of anything else.
        package init?(endpoint: String, authorityFile: String? = nil) {
            guard let server = ServerAddress(endpoint) else { return nil }
            (self.server, self.authorityFile) = (server, authorityFile)
        }

        package var isTLS: Bool { server.isTLS }
    }

    /// The port of metrics and probes.
    package struct Metrics: Sendable {
        package var port: Int
        package var usesTLS: Bool

        package init(port: Int, usesTLS: Bool = false) { (self.port, self.usesTLS) = (port, usesTLS) }
    }
}
