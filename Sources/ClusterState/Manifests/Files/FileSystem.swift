/// The part of a file system that manifests are read from.
package protocol FileSystem: Sendable {
    /// What is at `path`, links followed.
    func entry(at path: String) throws(FileSystemError) -> FileEntry
    /// The names in a folder, without `.` and `..`, in any order.
    func names(in folder: String) throws(FileSystemError) -> [String]
    /// The bytes of a file, at most `maximumBytes`; nil when there are more.
    func contents(of path: String, maximumBytes: Int) throws(FileSystemError) -> [UInt8]?
}

/// Something in a file system.
package struct FileEntry: Sendable {
    package enum Kind: Sendable {
        case file
        case folder
        /// A pipe, a device, a socket.
        case other
    }

    package var kind: Kind
    package var stamp: FileStamp

    package init(kind: Kind, stamp: FileStamp) {
        self.kind = kind
        self.stamp = stamp
    }
}

/// Why the file system did not do as asked.
package struct FileSystemError: Error, Equatable, Sendable {
    package enum Code: Sendable {
        case notFound
        case notPermitted
        case tooManyLinks
        case other
    }

    package var code: Code
    /// As the system puts it: `Permission denied`.
    package var reason: String

    package init(code: Code, reason: String) {
        self.code = code
        self.reason = reason
    }
}
