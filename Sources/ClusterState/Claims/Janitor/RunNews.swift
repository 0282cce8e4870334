package import JSONPull

/// What a watch told of one run.
package enum RunNews: Hashable, Sendable {
    case changed(HolderRun)
    /// The object of that uid is gone.
    case gone(ObjectKey, uid: ExactString)
    /// One of its Jobs began, changed or ended.
    case jobs(of: ObjectKey)
}

extension ClusterChange {
    /// The change as claims see it; nil if it is not about a run.
    package var runNews: RunNews? {
        if let jobOf { return .jobs(of: jobOf) }
        return switch (operation, content) {
        case (.put, .run(let run)): .changed(HolderRun(run))
        case (.delete, _): .gone(key, uid: uid)
        case (.put, .other), (.put, .nothing): nil
        }
    }
}
