#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// The file system of this machine; calls block.
package struct PosixFileSystem: FileSystem {
    package init() {}

    package func entry(at path: String) throws(FileSystemError) -> FileEntry {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw FileSystemError(errorNumber: errno) }
        return FileEntry(status)
    }

    package func names(in folder: String) throws(FileSystemError) -> [String] {
        guard let stream = unsafe opendir(folder) else { throw FileSystemError(errorNumber: errno) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = unsafe readdir(stream) {
            // The system ends the name with a zero byte inside of the record it lends.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 1) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw FileSystemError(errorNumber: errno) }
        return names
    }

    package func contents(of path: String, maximumBytes: Int) throws(FileSystemError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileSystemError(errorNumber: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw FileSystemError(errorNumber: errno) }
        // One byte more than the size, so that the read that meets the end needs no larger buffer.
        var bytes = [UInt8](repeating: 0, count: min(max(Int(status.st_size), 4095), maximumBytes) + 1)
        var count = 0
        while true {
            let room = bytes.count
            let received = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe read(descriptor, buffer.baseAddress?.advanced(by: count), room - count)
            }
            if received < 0, errno == EINTR { continue }
            guard received >= 0 else { throw FileSystemError(errorNumber: errno) }
            if received == 0 { break }
            count += received
            if count > maximumBytes { return nil }
            if count == bytes.count {
                bytes.append(contentsOf: repeatElement(0, count: min(bytes.count, maximumBytes + 1 - count)))
            }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

extension FileEntry {
    fileprivate init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        default: kind = .other
        }
        let identity = FileStamp.Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
        #if canImport(Darwin)
        let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
        #else
        let (modified, changed) = (status.st_mtim, status.st_ctim)
        #endif
        stamp = FileStamp(
            identity: identity,
            size: Int(status.st_size),
            modified: modified.nanoseconds,
            changed: changed.nanoseconds
        )
    }
}

extension timespec {
    fileprivate var nanoseconds: Int64 { Int64(tv_sec) &* 1_000_000_000 &+ Int64(tv_nsec) }
}

extension FileSystemError {
    fileprivate init(errorNumber: Int32) {
        switch errorNumber {
        case ENOENT, ENOTDIR: code = .notFound
        case EACCES, EPERM: code = .notPermitted
        case ELOOP: code = .tooManyLinks
        default: code = .other
        }
        // The text is copied before another call on this thread can replace it.
        reason = unsafe String(cString: strerror(errorNumber))
    }
}
