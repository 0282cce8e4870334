internal import NIOCore

extension Channel {
    /// What was written and has not got to the socket; on the channel's event loop.
    var unwrittenBytes: Int {
        // Every socket knows.
        (try? syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
