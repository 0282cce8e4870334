private import Glibc
internal import JSONPull
internal import Offline

/// Writes a set of files that belong together, some of them secret.
///
/// Each file is complete and has its mode from the moment it has its name. Without leave to overwrite, a file that exists
/// is left alone even if it appears at the last moment.
struct KeyFiles {
    /// Read and written by the owner only.
    private static let secretMode: mode_t = 0o600
    /// Less what the umask takes away.
    private static let openMode: mode_t = 0o644
    private static let folderMode: mode_t = 0o755

    let directory: String
    let overwrites: Bool

    /// Looks for files that must not be overwritten, before anything is done.
    func check(_ names: [String]) throws(CommandFailure) {
        guard !overwrites else { return }
        var status = stat()
        // Here and below, paths are lent to the system call.
        let existing = names.filter { unsafe lstat(path(of: $0), &status) == 0 }
        guard existing.isEmpty else { throw exists(existing) }
    }

    /// Writes the files; what was written of them stays if a later one fails.
    func write(_ files: [(name: String, text: String, isSecret: Bool)]) throws(CommandFailure) {
        try makeFolders()
        for file in files {
            let temporary = "\(directory)/.\(file.name).\(getpid())"
            try write(file.text, to: temporary, mode: file.isSecret ? Self.secretMode : Self.openMode)
            defer { unsafe unlink(temporary) }
            try move(temporary, to: file.name)
        }
    }

    private func path(of name: String) -> String { "\(directory)/\(name)" }

    private func makeFolders() throws(CommandFailure) {
        let slash = UInt8(ascii: "/")
        var folder = directory.utf8.first == slash ? "/" : ""
        for part in ExactString(directory).split(at: "/") where !part.isEmpty {
            folder += folder.isEmpty || folder.utf8.last == slash ? part.string : "/\(part)"
            guard unsafe mkdir(folder, Self.folderMode) == 0 || errno == EEXIST else {
                throw CommandFailure("cannot make the folder \(folder): \(SystemError.last); pass another --directory")
            }
        }
    }

    private func write(_ text: String, to path: String, mode: mode_t) throws(CommandFailure) {
        // One left by a process of the same number that was killed.
        unsafe unlink(path)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw cannotWrite(path) }
        defer { close(descriptor) }
        guard FileDescriptor.write(Array(text.utf8), to: descriptor), fsync(descriptor) == 0 else {
            let failure = cannotWrite(path)
            unsafe unlink(path)
            throw failure
        }
    }

    private func move(_ temporary: String, to name: String) throws(CommandFailure) {
        let path = path(of: name)
        // A link fails where a rename would replace.
        let status = unsafe overwrites ? rename(temporary, path) : link(temporary, path)
        guard status == 0 else { throw errno == EEXIST ? exists([name]) : cannotWrite(path) }
    }

    private func exists(_ names: [String]) -> CommandFailure {
        let paths = names.map(path(of:)).joined(separator: ", ")
        let verb = names.count == 1 ? "exists" : "exist"
        return CommandFailure("\(paths) \(verb); pass --force to overwrite, or another --directory")
    }

    private func cannotWrite(_ path: String) -> CommandFailure {
        CommandFailure("cannot write \(path): \(SystemError.last); pass a --directory this user can write to")
    }
}
