/// What tells whether a file is still the one that was read.
package struct FileStamp: Hashable, Sendable {
    /// The file or folder itself, wherever links to it are.
    package struct Identity: Hashable, Sendable {
        package var device: UInt64
        package var number: UInt64

        package init(device: UInt64, number: UInt64) {
            self.device = device
            self.number = number
        }
    }

    package var identity: Identity
    /// Bytes.
    package var size: Int
    /// Nanoseconds since 1970 of the last change of the contents.
    package var modified: Int64
    /// Nanoseconds since 1970 of the last change of contents or attributes, which no one can set back.
    package var changed: Int64

    package init(identity: Identity, size: Int, modified: Int64, changed: Int64) {
        self.identity = identity
        self.size = size
        self.modified = modified
        self.changed = changed
    }
}

/// A file objects were read from.
package struct ManifestFile: Hashable, Sendable {
    /// As given, or found below what was given.
    package var path: String
    package var stamp: FileStamp

    package init(path: String, stamp: FileStamp) {
        self.path = path
        self.stamp = stamp
    }
}
