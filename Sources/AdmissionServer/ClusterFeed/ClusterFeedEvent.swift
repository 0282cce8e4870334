package import ClusterState

/// What an operator may want to know of the list and watch of a kind.
package enum ClusterFeedEvent: Sendable {
    /// All objects are known; those of no use were left out.
    case listed(ClusterSource, objects: Int, unreadable: Int, isFirst: Bool)
    /// What is known is no longer renewed; told once until the reason changes or goes.
    case failed(ClusterSource, String)
    /// It is renewed again.
    case recovered(ClusterSource)
}
