package import ClusterState
package import NIOCore

/// Claims branches where all replicas see it.
package protocol BranchClaimer: Sendable {
    /// Claims all branches of a run.
    ///
    /// The future belongs to any event loop, never fails, and is done by `deadline`, whatever the API does.
    func claim(_ request: RunAcquisition.Request, deadline: NIODeadline) -> EventLoopFuture<RunAcquisition.Result>

    /// Gives back what was claimed for a run that is not admitted after all; nobody waits for it.
    func release(_ result: RunAcquisition.Result)
}
