internal import AgentRuns
internal import JSONPull

/// A branch with the paths above it, each by its hash: the indices are asked without making a name for any of them.
struct BranchPaths {
    /// A path above the branch: so many bytes of its head.
    struct Path {
        var length: Int
        var hash: Int
    }

    let branch: BranchKey
    let hash: Int
    /// The nearest first; none if the name is longer than any that Git hosts take.
    let above: [Path]

    init(of branch: BranchKey) {
        self.branch = branch
        var ofRepository = Hasher()
        ofRepository.combine(branch.repository)
        (hash, above) = unsafe branch.head.withBytes { head in
            var paths: [Path] = []
            if head.count <= BranchKey.maximumHeadBytes {
                var end = head.count - 1
                while end > 0 {
                    if unsafe head[end] == UInt8(ascii: "/") {
                        if paths.isEmpty { paths.reserveCapacity(4) }
                        let hash = unsafe Self.hash(ofRepository, UnsafeBufferPointer(rebasing: head[..<end]))
                        paths.append(Path(length: end, hash: hash))
                    }
                    end -= 1
                }
            }
            return unsafe (Self.hash(ofRepository, head), paths)
        }
    }

    /// The path as a branch.
    func branch(at path: Path) -> BranchKey {
        let head = branch.head.string.utf8.prefix(path.length)
        return BranchKey(repository: branch.repository, head: ExactString(Substring(head)))
    }

    /// What the indices find a branch by.
    static func hash(of branch: BranchKey) -> Int {
        var ofRepository = Hasher()
        ofRepository.combine(branch.repository)
        return unsafe branch.head.withBytes { unsafe hash(ofRepository, $0) }
    }

    private static func hash(_ ofRepository: Hasher, _ head: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = ofRepository
        unsafe hasher.combine(bytes: UnsafeRawBufferPointer(head))
        return hasher.finalize()
    }
}
