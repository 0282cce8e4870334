internal import ClusterState

/// Files that a command reads whole.
enum InputFile {
    /// The bytes of a file of at most `maximumBytes`.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - maximumBytes: a larger one is refused.
    ///   - name: the file in messages: `policy policy.yaml`.
    ///   - remedies: what to do when it cannot be read, and when it is too large.
    /// - Returns: all of it.
    /// - Throws: ``CommandFailure`` that names the file and the remedy.
    static func contents(
        of path: String,
        maximumBytes: Int,
        name: String,
        remedies: (unreadable: String, tooLarge: String)
    ) throws(CommandFailure) -> [UInt8] {
        let bytes: [UInt8]?
        do throws(FileSystemError) {
            bytes = try PosixFileSystem().contents(of: path, maximumBytes: maximumBytes)
        } catch {
            throw CommandFailure("cannot read \(name): \(error.reason); \(remedies.unreadable)")
        }
        guard let bytes else {
            throw CommandFailure("cannot use \(name): more than \(maximumBytes >> 20) MiB; \(remedies.tooLarge)")
        }
        return bytes
    }
}
