internal import AgentRuns
internal import ClusterState
private import Glibc
internal import JSONPull
internal import Offline

/// Where the policy in use was read, as far as a process can know.
///
/// Of a mounted ConfigMap the file's time is when the kubelet wrote it, and the path behind the links names that writing.
struct PolicyOrigin: Sendable {
    /// As it was given; nil for the built-in policy.
    var file: String?
    /// Behind all links; nil where that is the same, or cannot be told.
    var target: String?
    var modifiedAt: Timestamp?
    var loadedAt: Timestamp

    /// Looks at the file that has just been read.
    init(_ location: PolicyLocation, loadedAt: Timestamp, files: any FileSystem = PosixFileSystem()) {
        (file, self.loadedAt) = (location.file, loadedAt)
        guard let file else { return }
        if let path = Self.realPath(of: file), ExactString(path) != ExactString(file) { target = path }
        do throws(FileSystemError) {
            modifiedAt = Timestamp(seconds: try files.entry(at: file).stamp.modified / 1_000_000_000)
        } catch {
            // It is being replaced: the next reading tells.
        }
    }

    private static func realPath(of path: String) -> String? {
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }
}
