package import ClusterState

/// What became of a claim that the run's author may want to know.
package enum ClaimNews: Sendable {
    /// A run has a branch now that was claimed for another one.
    case takenOver(Claim, from: ClaimHolder)
    /// The claim of a run that is stored was removed: it is over, or does not need the branch any more.
    case released(KnownClaim, isOver: Bool)
}
