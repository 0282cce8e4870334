internal import ClusterState

/// Files that a command reads whole.
package enum InputFile {
    /// The bytes of a file of at most `maximumBytes`.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - maximumBytes: a larger one is refused.
    ///   - name: the file in messages: `policy policy.yaml`.
    ///   - remedies: what to do when it cannot be read, and when it is too large.
    /// - Returns: all of it.
    /// - Throws: ``CommandFailure`` that names the file and the remedy.
    package static func contents(
        of path: String,
        maximumBytes: Int,
        name: String,
        remedies: (unreadable: String, tooLarge: String)
    ) throws(CommandFailure) -> [UInt8] {
        do throws(Problem) {
            return try contents(of: path, maximumBytes: maximumBytes)
        } catch {
            switch error {
            case .unreadable: throw CommandFailure("cannot read \(name): \(error); \(remedies.unreadable)")
            case .tooLarge: throw CommandFailure("cannot use \(name): \(error); \(remedies.tooLarge)")
            }
        }
    }

    /// The same for a caller with words of its own.
    package static func contents(of path: String, maximumBytes: Int) throws(Problem) -> [UInt8] {
        let bytes: [UInt8]?
        do throws(FileSystemError) {
            bytes = try PosixFileSystem().contents(of: path, maximumBytes: maximumBytes)
        } catch {
            throw .unreadable(error.reason)
        }
        guard let bytes else { throw .tooLarge(mebibytes: maximumBytes >> 20) }
        return bytes
    }

    /// Why a file's bytes are not to be had.
    package enum Problem: Error, CustomStringConvertible {
        case unreadable(String)
        case tooLarge(mebibytes: Int)

        package var description: String {
            switch self {
            case .unreadable(let reason): reason
            case .tooLarge(let size): "more than \(size) MiB"
            }
        }
    }
}
