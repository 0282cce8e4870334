package import NIOCore

/// What a peer may make the server hold, wait for and do.
///
/// Everything a client controls has its bound here.
package struct HTTPServerLimits: Sendable {
    /// The largest review an API server sends, and room around it.
    ///
    /// It takes objects of up to 3 MiB from its clients and writes each `<`, `>` and `&` as six bytes on this wire:
    /// 3 MiB × 6 = 18.9 MB (18.6 MB was seen).
    package static let defaultMaximumBodyBytes = 20 * 1024 * 1024

    /// An API server sends about 250 bytes of header fields, a proxy with tracing and a bearer token 4 KiB; 16 KiB is
    /// four times that.
    ///
    /// HTTP/2 counts 32 bytes more a field (RFC 9113, section 6.5.2).
    package static let defaultMaximumHeaderBytes = 16 * 1024

    /// Twelve times what the API server sends.
    package static let defaultMaximumHeaderFields = 100

    /// A head fits one packet.
    ///
    /// It is also the time a connection has for its first request, which is what it was opened for. Ten seconds are three lost packets and their retransmissions (1 + 2 + 4 s).
    package static let defaultHeaderTimeout = TimeAmount.seconds(10)

    /// The longest webhook time-out is 30 s: a body that takes longer has nobody waiting for its answer.
    package static let defaultBodyTimeout = TimeAmount.seconds(30)

    /// The API server closes its idle connections after 90 s.
    ///
    /// Closing later than it does means never racing with a request on its way, and a handshake costs as much as 35
    /// requests. Two of its periods.
    package static let defaultIdleTimeout = TimeAmount.seconds(180)

    /// A client that has read nothing for the longest webhook time-out has gone away.
    package static let defaultWriteTimeout = TimeAmount.seconds(30)

    /// The TLS handshake takes two round trips and about 1 ms of work.
    package static let defaultHandshakeTimeout = TimeAmount.seconds(10)

    /// Go's client opens 100 streams before it knows the setting; 40 concurrent writes used 40.
    ///
    /// RFC 9113, section 6.5.2, asks for at least 100.
    package static let defaultMaximumConcurrentStreams = 250

    /// An API server keeps 25 idle connections to a path and opens one more for each concurrent write; with three API
    /// servers and bursts of 300 writes that is under 1,000.
    ///
    /// A connection costs about 25 KB: 1,024 are 25 MB.
    package static let defaultMaximumConnections = 1024

    /// A timed out review is one RST_STREAM, so all 250 streams may end at once, in two consecutive bursts.
    package static let defaultMaximumResetsPerSecond = 500

    /// Frames of HTTP/2 that no request needs, of whatever type.
    ///
    /// They are all but the HEADERS that begin a request and the DATA that bring it forward;
    /// ``HTTPServerLimits/controlFramesPerRequest`` more go with each request.
    /// The API server sends one PING every 30 s and one with each RST_STREAM, and a WINDOW_UPDATE for some answers: 250
    /// streams that all time out make 750.
    package static let defaultMaximumControlFramesPerSecond = 2000

    /// Two WINDOW_UPDATEs, for stream and connection, and a PING with a RST_STREAM.
    static let controlFramesPerRequest = 4

    /// DATA frames that bring less and do not end the body are counted among the frames no request needs.
    ///
    /// A client sends frames of 16 KiB as long as it has so much; what a proxy passes on as it comes has the size of a
    /// packet, 1,400 bytes.
    static let usefulDataBytes = 512

    /// How many times the limits of a head may be exceeded before nothing more of it is looked at.
    ///
    /// Up to there the client is told what is wrong (431). Four bytes of HTTP/2 can stand for 4 KiB of a field, so a frame of
    /// 16 KiB for 64 MiB of fields to check: 19 ms.
    static let headExcess = 2

    var farTooManyHeaderBytes: Int { maximumHeaderBytes * Self.headExcess }

    /// Heads of that size before an HTTP/2 connection is ended: the client has been told the limit, and four times an error.
    static let maximumRefusedHeads = 4

    /// Changes of the client's TLS keys in the life of a connection.
    ///
    /// RFC 8446, section 5.5, asks for one each 24 million records; Go's client makes none. Each costs as much as an empty
    /// request, and no request is needed for it.
    static let maximumKeyUpdates = 32

    /// What one HTTP/2 connection may hold of bodies not yet answered, announced as its window: one largest body and as
    /// much as 250 ordinary ones of 48 KiB beside it (12 MiB).
    package static let defaultMaximumBufferedBytesPerConnection = 32 * 1024 * 1024

    /// What all connections together may hold of bodies larger than ``HTTPServerLimits/unaccountedBodyBytes``: six of
    /// the largest.
    ///
    /// Past it such a body is answered 503. More would not be judged sooner: so many take over a second.
    package static let defaultMaximumBufferedBytes = 128 * 1024 * 1024

    /// A body up to this size is not counted against ``HTTPServerLimits/maximumBufferedBytes``, so that an ordinary one
    /// takes no lock: 1,024 connections times this are 64 MiB.
    static let unaccountedBodyBytes = 64 * 1024

    /// The same for a stream of an HTTP/2 connection, of which ``HTTPServerLimits/maximumUnaccountedStreams`` times this are
    /// as much as for a connection of HTTP/1.1.
    static let unaccountedStreamBodyBytes = 4 * 1024

    /// Further streams of a connection have every byte counted, and themselves.
    ///
    /// What is kept of a head counts as bytes of the body.
    static let maximumUnaccountedStreams = 16

    /// What a stream takes before anything is kept of its request: ours and the library's object, and their places in the
    /// tables.
    static let streamBytes = 1024

    /// Connections beyond ``HTTPServerLimits/maximumConnections`` that are told so, as a share of them; more are closed
    /// unheard.
    ///
    /// A quarter: telling costs a handshake, some 400 µs, so 256 of them cost a processor a tenth of a second.
    static let surplusConnectionsDivisor = 4

    /// How long one of those may take for its handshake, and again for its request: it is to be told and gone.
    ///
    /// One retransmission of a lost packet (1 s) and a round trip.
    static let surplusTimeout = TimeAmount.seconds(2)

    /// When there are as many connections as may be, one that has been quiet for so long gives its place to a new one.
    ///
    /// A client that has just been answered may have its next request on the way, which closing would fail: two ticks are at
    /// least one second.
    static let idleTicksBeforeYielding = 2

    /// The same for one whose request, or its answer, is under way at the client's pace: a head fits a packet, and the largest
    /// body takes 0.2 s at a gigabit.
    static let slowTicksBeforeYielding = 5

    /// Requests that may come behind one of HTTP/1 that is being answered, or whose answers are not read.
    ///
    /// Clients of a webhook send the next request when they have the answer; those that pipeline wait for some dozens.
    static let maximumPipelinedRequests = 128

    /// What may wait for a socket before it is called full, and called free again.
    ///
    /// 16 KiB for each of 1,280 connections are 20 MiB, which nothing counts; what waits beyond is counted against
    /// ``HTTPServerLimits/maximumBufferedBytes``.
    static let writeBufferBytes = (low: 8 * 1024, high: 16 * 1024)

    /// How long nothing is accepted when there was no descriptor for a connection: long enough to cost nothing, short enough
    /// for a client that waits.
    static let acceptPause = TimeAmount.milliseconds(250)

    /// How often that is logged.
    static let acceptReportInterval = TimeAmount.minutes(1)

    /// Thrown away for a client that is told its request was refused: of a small body to keep the connection, of a
    /// large one so that the client reads the answer and not the reset that unread bytes cause.
    ///
    /// Four socket buffers.
    static let maximumDiscardedBytes = 1024 * 1024

    /// How long the throwing away may take: one retransmission of a lost answer (1 s) and a round trip.
    static let lingerTimeout = TimeAmount.seconds(2)

    /// The time-outs are counted in these, by one timer an event loop: a time-out fires up to one tick late, and a request
    /// costs neither a timer nor a look at the clock.
    static let tick = TimeAmount.seconds(1)

    /// Written before the first flush of a read cycle that answers many pipelined requests or streams: one socket buffer.
    static let outputChunkBytes = 64 * 1024

    package var maximumBodyBytes = defaultMaximumBodyBytes
    package var maximumHeaderBytes = defaultMaximumHeaderBytes
    package var maximumHeaderFields = defaultMaximumHeaderFields
    package var headerTimeout = defaultHeaderTimeout
    package var bodyTimeout = defaultBodyTimeout
    package var idleTimeout = defaultIdleTimeout
    package var writeTimeout = defaultWriteTimeout
    package var handshakeTimeout = defaultHandshakeTimeout
    package var maximumConcurrentStreams = defaultMaximumConcurrentStreams
    package var maximumConnections = defaultMaximumConnections
    package var maximumResetsPerSecond = defaultMaximumResetsPerSecond
    package var maximumControlFramesPerSecond = defaultMaximumControlFramesPerSecond
    package var maximumBufferedBytesPerConnection = defaultMaximumBufferedBytesPerConnection
    package var maximumBufferedBytes = defaultMaximumBufferedBytes

    package init() {}

    /// Descriptors the process may need: one a connection, and some thirty besides, doubled.
    package var neededDescriptors: Int {
        maximumConnections + maximumConnections / Self.surplusConnectionsDivisor + 64
    }

    /// The limits of a connection that is one too many.
    var forSurplus: HTTPServerLimits {
        var limits = self
        for timeout in [
            \HTTPServerLimits.headerTimeout, \.bodyTimeout, \.idleTimeout, \.writeTimeout, \.handshakeTimeout,
        ] {
            limits[keyPath: timeout] = min(limits[keyPath: timeout], Self.surplusTimeout)
        }
        return limits
    }

    /// A time-out in whole ticks, at least one.
    static func ticks(in time: TimeAmount) -> Int {
        max(1, Int((time.nanoseconds + tick.nanoseconds - 1) / tick.nanoseconds))
    }
}
