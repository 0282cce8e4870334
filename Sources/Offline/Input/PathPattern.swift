package import ClusterState
private import Glibc
internal import JSONPull

/// File names with wildcards, for those whom no shell has expanded them: `runs/**/*.yaml`.
///
/// `*`, `?` and `[…]` are as in glob(7) and match within one name; `**` is any number of folders. None of them matches
/// a name that starts with a dot.
package struct PathPattern {
    private let fileSystem = PosixFileSystem()
    private let ignored: IgnoreRules
    private var paths: [String] = []
    /// Folders on the way that cannot be read.
    package private(set) var problems: [ManifestsError] = []
    /// Each once, though `**` may lead there on several ways.
    private var seen: Set<ExactString> = []
    /// The folders above, so that no loop of links is followed.
    private var open: [FileStamp.Identity] = []

    /// - Parameter ignored: what wildcards do not match.
    package init(ignoring ignored: IgnoreRules = IgnoreRules()) {
        self.ignored = ignored
    }

    /// The paths `argument` stands for, sorted: itself, unless it has a wildcard and no file has that very name.
    package mutating func paths(matching argument: String) throws(ManifestsError) -> [String] {
        let isPattern = argument.utf8.contains {
            $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[")
        }
        guard isPattern, !Self.exists(argument) else { return [argument] }
        var names = ExactString(argument).split(at: "/").filter { !$0.isEmpty }.map(\.string)[...]
        // Where ** and ** follow each other one says as much.
        for index in names.indices.dropFirst().reversed() where names[index] == "**" && names[index - 1] == "**" {
            names.remove(at: index)
        }
        match(names, below: argument.utf8.first == UInt8(ascii: "/") ? "/" : "")
        guard !paths.isEmpty || !problems.isEmpty else {
            throw ManifestsError(path: argument, reason: "no file matches this pattern", remedy: "correct it")
        }
        return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func exists(_ path: String) -> Bool {
        do throws(FileSystemError) {
            _ = try PosixFileSystem().entry(at: path)
            return true
        } catch {
            return false
        }
    }

    /// Adds what matches `names` in `folder`, which is empty or ends in a slash.
    private mutating func match(_ names: ArraySlice<String>, below folder: String) {
        guard let name = names.first else { return }
        let rest = names.dropFirst()
        if name == "**" { match(rest.isEmpty ? ["*"] : rest, below: folder) }
        for child in children(of: folder) where Self.matches(child, name == "**" ? "*" : name) {
            let path = folder + child
            if child != name, ignored.leavesOut(path, isFolder: folderIdentity(path) != nil) { continue }
            if name != "**", rest.isEmpty {
                if seen.insert(ExactString(path)).inserted { paths.append(path) }
            } else if let identity = folderIdentity(path), !open.contains(identity) {
                open.append(identity)
                match(name == "**" ? names : rest, below: path + "/")
                open.removeLast()
            }
        }
    }

    private mutating func children(of folder: String) -> [String] {
        do throws(FileSystemError) {
            return try fileSystem.names(in: folder.isEmpty ? "." : folder) + [".", ".."]
        } catch {
            let place = folder.isEmpty ? "." : folder
            // `**` comes here twice.
            if problems.last?.path != place {
                problems.append(ManifestsError(path: place, reason: error.reason, remedy: "let this user read it"))
            }
            return []
        }
    }

    private static func matches(_ name: String, _ pattern: String) -> Bool {
        // Both texts are lent to the C library.
        unsafe ExactString(name) == ExactString(pattern) || fnmatch(pattern, name, FNM_PERIOD) == 0
    }

    /// Links are followed.
    private func folderIdentity(_ path: String) -> FileStamp.Identity? {
        do throws(FileSystemError) {
            let entry = try fileSystem.entry(at: path)
            return entry.kind == .folder ? entry.stamp.identity : nil
        } catch {
            return nil
        }
    }
}
