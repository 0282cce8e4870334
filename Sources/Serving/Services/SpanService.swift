internal import AdmissionServer
internal import KubernetesClient
internal import Logging
internal import NIOCore
private import NIOPosix
internal import Offline
internal import OpenTelemetry
private import Prometheus
internal import ServiceLifecycle

/// The export of spans as a service, stopped after the server so that the last review's are sent.
struct SpanService: Service {
    /// An authority's certificates are some 2 KB each.
    private static let maximumAuthorityBytes = 1 << 20

    /// For the handler of reviews.
    let spans: ReviewSpans
    private let exporter: SpanExporter
    private let client: APIClient
    /// A thread of its own: encoding a batch takes milliseconds.
    private let loops: any EventLoopGroup

    /// Reads the authorities, if there are some; nothing is sent yet.
    init(_ settings: ServerSettings.Spans, _ metrics: AdmissionMetrics, logger: Logger) throws(CommandFailure) {
        var authorities: [UInt8]?
        if let file = settings.authorityFile {
            do {
                authorities = try InputFile.contents(of: file, maximumBytes: Self.maximumAuthorityBytes)
            } catch {
                throw CommandFailure("--otlp-ca \(file): \(error)")
            }
        }
        loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do throws(AccessError) {
            let access = ClusterAccess(server: settings.server, verification: .authorities(authorities), token: .none)
            client = try APIClient(on: loops.next(), files: ClusterConnection.files, urgentConnections: 1) {
                () throws(AccessError) in access
            }
        } catch {
            loops.shutdownGracefully { _ in }
            throw CommandFailure("--otlp-ca: \(error.description)")
        }
        let counters = metrics.spans
        let queue = SpanQueue { counters.dropped[.queueFull]?.increment(by: Int64($0)) }
        exporter = SpanExporter(
            client: client,
            resource: SpanResource(
                name: "agentrun-admission",
                version: ProductVersion.number,
                instance: ServerSettings.hostName
            ),
            queue: queue,
            counters: .init(
                exported: { counters.exported.increment(by: Int64($0)) },
                dropped: { counters.dropped[$1]?.increment(by: Int64($0)) }
            ),
            logger: logger
        )
        spans = ReviewSpans(tracer: SpanTracer(queue: queue), wallNanoseconds: Clocks.wallNanoseconds)
        logger.info("spans are exported", metadata: ["endpoint": "\(settings.server)"])
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var exporter = exporter
            await exporter.run()
        }
        client.close()
        // The group takes a service that returns for one that failed.
        try? await gracefulShutdown()
        try await loops.shutdownGracefully()
    }
}
