/// A connection that has its protocol, as the listener's bookkeeping sees it.
///
/// Called on the connection's event loop only.
protocol ServedConnection: AnyObject {
    /// One ``HTTPServerLimits/tick`` has passed: time-outs are counted in these.
    func tick()

    /// How long it has been waiting for its client; nil while it works.
    var wait: ConnectionWait? { get }

    /// Closes now, to make room for another.
    func yield()

    /// The server is about to stop: end with the next answer, so that the client goes elsewhere by itself.
    func retire()

    /// The server is stopping: finish what was begun, take nothing new, close.
    func drain()
}
