internal import AdmissionServer
internal import ArgumentParser
internal import HTTPServer
internal import NIOCore
internal import Serving

/// What clients may make the server hold and wait for.
///
/// Defaults and their reasons are those of ``HTTPServerLimits``.
struct LimitOptions: ParsableArguments {
    /// What a kubelet gives a pod by default, 30 s, less what the process needs to end.
    private static let defaultDrainSeconds = 25

    /// Until every node has heard that an endpoint is gone takes about a second, on a large or busy cluster a few.
    private static let defaultDrainDelaySeconds = 5

    @Option(help: ArgumentHelp("Largest request body.", valueName: "bytes"))
    var maxBodyBytes = HTTPServerLimits.defaultMaximumBodyBytes

    @Option(help: ArgumentHelp("Largest request head.", valueName: "bytes"))
    var maxHeaderBytes = HTTPServerLimits.defaultMaximumHeaderBytes

    @Option(help: "Connections open at once; further ones are told to try again.")
    var maxConnections = HTTPServerLimits.defaultMaximumConnections

    @Option(help: "Reviews read and not yet answered; further ones are told to try again.")
    var maxInFlight = ReviewsInFlight.defaultMaximum

    @Option(help: ArgumentHelp("What large request bodies may take together.", valueName: "bytes"))
    var maxBufferedBytes = HTTPServerLimits.defaultMaximumBufferedBytes

    @Option(help: ArgumentHelp("Time for a TLS handshake.", valueName: "seconds"))
    var handshakeTimeout = HTTPServerLimits.defaultHandshakeTimeout.wholeSeconds

    @Option(help: ArgumentHelp("Time for a request head.", valueName: "seconds"))
    var headerTimeout = HTTPServerLimits.defaultHeaderTimeout.wholeSeconds

    @Option(help: ArgumentHelp("Time for a request body.", valueName: "seconds"))
    var bodyTimeout = HTTPServerLimits.defaultBodyTimeout.wholeSeconds

    @Option(help: ArgumentHelp("Time a connection may be idle; more than the API server's 90.", valueName: "seconds"))
    var idleTimeout = HTTPServerLimits.defaultIdleTimeout.wholeSeconds

    @Option(help: ArgumentHelp("Time a client may take to read an answer.", valueName: "seconds"))
    var writeTimeout = HTTPServerLimits.defaultWriteTimeout.wholeSeconds

    @Option(
        name: .customLong("drain-timeout"),
        help: ArgumentHelp("Time from the wish that the server stop to its end, at most.", valueName: "seconds")
    )
    var drainSeconds = defaultDrainSeconds

    @Option(
        name: .customLong("drain-delay"),
        help: ArgumentHelp(
            "Of that, time during which new connections are still served, for clients that have not heard yet.",
            valueName: "seconds"
        )
    )
    var drainDelaySeconds = defaultDrainDelaySeconds

    /// The answers to a few lost packets, and what an hour holds.
    private static let seconds = 1...3600

    func validate() throws {
        let times = [
            ("--handshake-timeout", handshakeTimeout), ("--header-timeout", headerTimeout),
            ("--body-timeout", bodyTimeout), ("--idle-timeout", idleTimeout), ("--write-timeout", writeTimeout),
            ("--drain-timeout", drainSeconds),
        ]
        for (name, value) in times where !Self.seconds.contains(value) {
            throw ValidationError("\(name) must be \(Self.seconds.lowerBound) to \(Self.seconds.upperBound) seconds")
        }
        guard drainDelaySeconds >= 0, drainDelaySeconds < drainSeconds else {
            throw ValidationError("--drain-delay must be 0 seconds or more, and less than --drain-timeout")
        }
        guard (1...1_000_000).contains(maxInFlight) else {
            throw ValidationError("--max-in-flight must be 1 to 1000000")
        }
        guard (1...(1 << 40)).contains(maxBufferedBytes) else {
            throw ValidationError("--max-buffered-bytes must be 1 to \(1 << 40)")
        }
        guard (1024...(1 << 30)).contains(maxBodyBytes) else {
            throw ValidationError("--max-body-bytes must be 1024 to \(1 << 30)")
        }
        guard (1024...(1 << 20)).contains(maxHeaderBytes) else {
            throw ValidationError("--max-header-bytes must be 1024 to \(1 << 20)")
        }
        guard (1...1_000_000).contains(maxConnections) else {
            throw ValidationError("--max-connections must be 1 to 1000000")
        }
    }

    var settings: ServerSettings.Limits {
        var settings = ServerSettings.Limits()
        settings.server = serverLimits
        settings.maximumInFlight = maxInFlight
        settings.drainSeconds = drainSeconds
        settings.drainDelaySeconds = drainDelaySeconds
        return settings
    }

    private var serverLimits: HTTPServerLimits {
        var limits = HTTPServerLimits()
        limits.maximumBodyBytes = maxBodyBytes
        limits.maximumHeaderBytes = maxHeaderBytes
        limits.maximumConnections = maxConnections
        limits.handshakeTimeout = .seconds(Int64(handshakeTimeout))
        limits.headerTimeout = .seconds(Int64(headerTimeout))
        limits.bodyTimeout = .seconds(Int64(bodyTimeout))
        limits.idleTimeout = .seconds(Int64(idleTimeout))
        limits.writeTimeout = .seconds(Int64(writeTimeout))
        // Room for one largest body a connection, and in all, whatever is the largest: it could never be taken otherwise.
        limits.maximumBufferedBytesPerConnection = max(limits.maximumBufferedBytesPerConnection, maxBodyBytes)
        limits.maximumBufferedBytes = max(maxBufferedBytes, maxBodyBytes)
        return limits
    }
}

extension TimeAmount {
    fileprivate var wholeSeconds: Int { Int(nanoseconds / 1_000_000_000) }
}
