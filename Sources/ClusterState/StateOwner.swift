/// Who owns the truth of a cluster state.
package enum StateOwner: Sendable {
    /// This process: it was given manifests, or nothing, and what it admits and sees deleted is so at once.
    case process
    /// The cluster, which these lists and watches mirror: a review asks what may still come to nothing, and only they tell what
    /// became of it.
    case cluster([ClusterSource])

    /// Whether what a review asks for is so as soon as it is admitted.
    var believesReviews: Bool {
        switch self {
        case .process: true
        case .cluster: false
        }
    }

    /// What feeds the state; nothing where it is this process's own.
    var sources: [ClusterSource] {
        switch self {
        case .process: []
        case .cluster(let sources): sources
        }
    }
}
