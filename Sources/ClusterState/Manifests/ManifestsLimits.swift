/// What reading manifests may cost.
package struct ManifestsLimits: Sendable {
    /// Bytes of one file: 100,000 runs of 600 bytes.
    ///
    /// It is held in memory as a whole, YAML a few times over.
    package var maximumFileBytes = 64 << 20
    /// Bytes of all files: 16 of the largest.
    package var maximumTotalBytes = 1 << 30
    /// Files: one for each of 100,000 runs, and as much again.
    package var maximumFiles = 200_000
    /// Folders within folders.
    ///
    /// Links to a folder above lead back to one that has been visited, so this only ends nonsense.
    package var maximumDepth = 64
    /// Problems that are kept word for word; a person reads them.
    package var maximumProblems = 100

    /// Bytes of a file that says what to leave out, and patterns in it: each is compared with every name below.
    package var maximumIgnoreBytes = 64 << 10
    package var maximumIgnorePatterns = 1000

    package init() {}
}
