internal import ClusterState
private import Glibc

/// Writes a file anew where it is, all of it or nothing: a file beside it takes its name once it is on the disk.
struct FileReplacement {
    /// Why a file is left as it is.
    enum Failure: Error, Equatable {
        /// It is not to be changed in this way; a reason that follows its name.
        case leftAlone(String)
        /// The system refuses.
        case failed(String)
    }

    /// The file itself: a link is followed.
    private let path: String
    private let status: stat

    /// A file that is there.
    init(of path: String) throws(Failure) {
        guard let resolved = unsafe realpath(path, nil) else { throw .failed(SystemError.last) }
        self.path = unsafe String(cString: resolved)
        unsafe free(resolved)
        status = try Self.status(of: self.path)
        guard status.st_mode & S_IFMT == S_IFREG else { throw .leftAlone("it is no regular file") }
        guard status.st_nlink == 1 else {
            throw .leftAlone("it has several names (hard links), which a new file would part")
        }
        // A file that nobody may write could be replaced all the same.
        guard unsafe access(self.path, W_OK) == 0 else {
            throw .leftAlone("it may not be written (let this user write it)")
        }
    }

    private static func status(of path: String) throws(Failure) -> stat {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { throw .failed(SystemError.last) }
        return status
    }

    /// Puts `text` in the place of what was there when this was made.
    func write(_ text: [UInt8]) throws(Failure) {
        let folder = ExactPath.folder(of: path)
        let (name, descriptor) = try Self.newFile(in: folder)
        do throws(Failure) {
            try fill(descriptor, text)
            let now = try Self.status(of: path)
            guard isSame(now) else { throw .leftAlone("it has changed meanwhile: try again") }
            guard unsafe rename(name, path) == 0 else { throw .failed(SystemError.last) }
        } catch {
            close(descriptor)
            unsafe unlink(name)
            throw error
        }
        close(descriptor)
        syncFolder(folder)
    }

    /// A file that nobody else has; what a run before left behind is passed over.
    private static func newFile(in folder: String) throws(Failure) -> (name: String, descriptor: Int32) {
        for number in 0..<100 {
            let name = "\(folder)/.agentrun-fix-\(getpid())-\(number)"
            // The name is lent to the system call.
            let descriptor = unsafe open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 { return (name, descriptor) }
            guard errno == EEXIST else { break }
        }
        throw .failed("no file can be made beside it: \(SystemError.last)")
    }

    /// Writes all of it, with owner and permissions of the file.
    private func fill(_ descriptor: Int32, _ text: [UInt8]) throws(Failure) {
        if status.st_uid != geteuid() || status.st_gid != getegid() {
            guard fchown(descriptor, status.st_uid, status.st_gid) == 0 else {
                throw .leftAlone("it belongs to somebody else, and would then be this user's")
            }
        }
        guard fchmod(descriptor, status.st_mode & 0o7777) == 0 else { throw .failed(SystemError.last) }
        var rest = text[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .failed(SystemError.last) }
            rest = rest.dropFirst(written)
        }
        guard fsync(descriptor) == 0 else { throw .failed(SystemError.last) }
    }

    private func isSame(_ now: stat) -> Bool {
        now.st_ino == status.st_ino && now.st_dev == status.st_dev && now.st_size == status.st_size
            && now.st_mtim.tv_sec == status.st_mtim.tv_sec && now.st_mtim.tv_nsec == status.st_mtim.tv_nsec
            && now.st_ctim.tv_sec == status.st_ctim.tv_sec && now.st_ctim.tv_nsec == status.st_ctim.tv_nsec
    }

    /// The name is on the disk as well; where a file system cannot say so, nothing is lost but that.
    private func syncFolder(_ folder: String) {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// Parts of paths, by their bytes.
private enum ExactPath {
    /// The folder that an absolute path leads through last.
    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.startIndex else { return "" }
        return String(Substring(path.utf8[..<slash]))
    }
}
