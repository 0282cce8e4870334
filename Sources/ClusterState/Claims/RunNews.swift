package import JSONPull

/// What a watch told of one run.
package enum RunNews: Hashable, Sendable {
    case changed(HolderRun)
    /// The object of that uid is gone.
    case gone(ObjectKey, uid: ExactString)
}

extension ClusterChange {
    /// The change as claims see it; nil if it is not about a run.
    package var runNews: RunNews? {
        switch (operation, content) {
        case (.put, .run(let run)): .changed(HolderRun(run))
        case (.delete, _): .gone(key, uid: uid)
        case (.put, .other), (.put, .nothing): nil
        }
    }
}
