package import JSONPull

/// What reading manifests found.
package struct ManifestsReport: Sendable, Equatable {
    package var files = 0
    package var bytes = 0
    /// Objects read, by kind; of one written twice both count.
    package var objects: [ClusterKind: Int] = [:]
    /// Objects of other kinds, and objects without a name of their own (`generateName`) that do not count.
    package var skipped = 0
    /// The first ``ManifestsLimits/maximumProblems``.
    package var problems: [FileProblem] = []
    /// All problems.
    package var problemCount = 0

    package init() {}
}
