import ClusterState
import Synchronization

/// A file system in memory.
///
/// A path that ends nowhere else is a folder if others lie below it.
final class MemoryFileSystem: FileSystem {
    private struct Contents {
        var files: [String: (text: [UInt8], version: Int)] = [:]
        var links: [String: String] = [:]
        var unreadable: Set<String> = []
        var version = 0
    }

    private let contents = Mutex(Contents())

    init(_ files: [String: String] = [:]) {
        for (path, text) in files { write(text, to: path) }
    }

    func write(_ text: String, to path: String) {
        contents.withLock { contents in
            contents.version += 1
            contents.files[path] = (Array(text.utf8), contents.version)
        }
    }

    func remove(_ path: String) {
        contents.withLock { _ = $0.files.removeValue(forKey: path) }
    }

    func link(_ path: String, to target: String) {
        contents.withLock { $0.links[path] = target }
    }

    func setReadable(_ isReadable: Bool, _ path: String) {
        contents.withLock { contents in
            if isReadable { contents.unreadable.remove(path) } else { contents.unreadable.insert(path) }
        }
    }

    func entry(at path: String) throws(FileSystemError) -> FileEntry {
        let contents = contents.withLock { $0 }
        let path = try Self.resolve(path, contents)
        let number = UInt64(bitPattern: Int64(path.hashValue))
        let file = contents.files[path]
        let stamp = FileStamp(
            identity: FileStamp.Identity(device: 1, number: number),
            size: file?.text.count ?? 0,
            modified: Int64(file?.version ?? 0),
            changed: 0
        )
        if file != nil { return FileEntry(kind: .file, stamp: stamp) }
        guard contents.files.keys.contains(where: { $0.hasPrefix(path + "/") }) else { throw Self.notFound }
        return FileEntry(kind: .folder, stamp: stamp)
    }

    func names(in folder: String) throws(FileSystemError) -> [String] {
        let contents = contents.withLock { $0 }
        let folder = try Self.resolve(folder, contents)
        if contents.unreadable.contains(folder) { throw Self.denied }
        let paths = Array(contents.files.keys) + Array(contents.links.keys)
        let below = paths.filter { $0.hasPrefix(folder + "/") }.map { $0.dropFirst(folder.count + 1) }
        return Array(Set(below.compactMap { $0.split(separator: "/").first.map(String.init) }))
    }

    func contents(of path: String, maximumBytes: Int) throws(FileSystemError) -> [UInt8]? {
        let contents = contents.withLock { $0 }
        let path = try Self.resolve(path, contents)
        if contents.unreadable.contains(path) { throw Self.denied }
        guard let file = contents.files[path] else { throw Self.notFound }
        return file.text.count > maximumBytes ? nil : file.text
    }

    private static let notFound = FileSystemError(code: .notFound, reason: "No such file or directory")
    private static let denied = FileSystemError(code: .notPermitted, reason: "Permission denied")

    /// Follows the links at the start of `path`, 40 at most as Linux does.
    private static func resolve(_ path: String, _ contents: Contents) throws(FileSystemError) -> String {
        var path = path
        for _ in 0..<40 {
            let link = contents.links.first { path == $0.key || path.hasPrefix($0.key + "/") }
            guard let link else { return path }
            path = link.value + path.dropFirst(link.key.count)
        }
        throw FileSystemError(code: .tooManyLinks, reason: "Too many levels of symbolic links")
    }
}
