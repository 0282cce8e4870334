internal import ClusterState
internal import KubernetesClient
internal import NIOCore

/// Makes the calls that the claim protocol asks for: ``APILeaseClient``, or a simulated API server.
protocol LeaseClient {
    /// Of the answers, and of whoever asks.
    var eventLoop: any EventLoop { get }

    /// Makes a call; the future never fails and belongs to the event loop.
    func perform(_ call: ClaimCall, timeout: TimeAmount, _ urgency: APIRequest.Urgency) -> EventLoopFuture<ClaimAnswer>
}
