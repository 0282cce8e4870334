internal import AgentRuns
internal import JSONPull

/// The paths above branches that are held, as folders: what lies below a path is found without looking at anything else.
///
/// A claim, by its place in the index, is in the list of the folder its branch lies in; folders of one parent are in a list,
/// too. A claim is added and removed at the same cost however many there are: 8 bytes each, and one folder for most.
struct BranchFolders: Sendable {
    /// Says that there is none.
    private static let none = UInt32.max
    /// Marks what stands before the first of a list: the list's folder.
    private static let folderBit: UInt32 = 1 << 31

    /// A claim in the list of its folder.
    private struct Link: Sendable {
        var previous = BranchFolders.none
        var next = BranchFolders.none
    }

    private struct Folder: Sendable {
        let key: BranchKey
        let hash: Int
        var parent = BranchFolders.none
        var previous = BranchFolders.none
        var next = BranchFolders.none
        var firstChild = BranchFolders.none
        var firstClaim = BranchFolders.none

        init(_ key: BranchKey, hash: Int) {
            (self.key, self.hash) = (key, hash)
        }
    }

    /// By the place of the claim.
    private var links: [Link] = []
    private var folders: [Folder] = []
    private var freeFolders: [UInt32] = []
    private var byKey = SlotIndex()

    /// Whether nothing lies in any folder.
    var isEmpty: Bool { byKey.count == 0 }

    /// Adds the claim at `place`, which is on `branch`.
    mutating func add(_ place: Int, on branch: BranchKey) {
        guard let folder = open(BranchPaths(of: branch)) else { return }
        while links.count <= place { links.append(Link()) }
        let first = folders[Int(folder)].firstClaim
        links[place] = Link(previous: folder | Self.folderBit, next: first)
        if first != Self.none { links[Int(first)].previous = UInt32(place) }
        folders[Int(folder)].firstClaim = UInt32(place)
    }

    /// Takes the claim at `place` out, if it lies in a folder.
    mutating func remove(_ place: Int) {
        guard place < links.count, links[place].previous != Self.none else { return }
        let link = links[place]
        links[place] = Link()
        if link.next != Self.none { links[Int(link.next)].previous = link.previous }
        if link.previous & Self.folderBit == 0 {
            links[Int(link.previous)].next = link.next
        } else {
            let folder = link.previous & ~Self.folderBit
            folders[Int(folder)].firstClaim = link.next
            close(folder)
        }
    }

    /// Calls `body` for every claim on a branch below `branch`, in no order, until it answers false; `hash` is the branch's.
    func forEachClaim(below branch: BranchKey, hash: Int, _ body: (Int) -> Bool) {
        guard !isEmpty, let top = find(branch, hash: hash) else { return }
        var pending = [top]
        while let folder = pending.popLast() {
            var claim = folders[Int(folder)].firstClaim
            while claim != Self.none {
                guard body(Int(claim)) else { return }
                claim = links[Int(claim)].next
            }
            // One at a time: there may be many more beside it than the caller wants to see.
            let (sibling, child) = (folders[Int(folder)].next, folders[Int(folder)].firstChild)
            if folder != top, sibling != Self.none { pending.append(sibling) }
            if child != Self.none { pending.append(child) }
        }
    }

    private func find(_ key: BranchKey, hash: Int) -> UInt32? {
        byKey.find(hash: hash) { folders[$0].key == key }.map { UInt32($0) }
    }

    /// The folder the branch lies in, made if there is none, with those that one lies in; nil when it lies in none.
    private mutating func open(_ paths: BranchPaths) -> UInt32? {
        var child: UInt32?
        var first: UInt32?
        for path in paths.above {
            let key = paths.branch(at: path)
            let known = find(key, hash: path.hash)
            let folder = known ?? insert(Folder(key, hash: path.hash))
            first = first ?? folder
            if let child { adopt(child, into: folder) }
            if known != nil { break }
            child = folder
        }
        return first
    }

    private mutating func insert(_ folder: Folder) -> UInt32 {
        let place: UInt32
        if let free = freeFolders.popLast() {
            folders[Int(free)] = folder
            place = free
        } else {
            folders.append(folder)
            place = UInt32(folders.count - 1)
        }
        byKey.insert(Int(place), hash: folder.hash)
        return place
    }

    private mutating func adopt(_ child: UInt32, into parent: UInt32) {
        let next = folders[Int(parent)].firstChild
        folders[Int(child)].parent = parent
        folders[Int(child)].next = next
        if next != Self.none { folders[Int(next)].previous = child }
        folders[Int(parent)].firstChild = child
    }

    /// Removes a folder in which nothing lies any more, and so on up.
    private mutating func close(_ folder: UInt32) {
        var place = folder
        while place != Self.none {
            let folder = folders[Int(place)]
            guard folder.firstClaim == Self.none, folder.firstChild == Self.none else { return }
            if folder.next != Self.none { folders[Int(folder.next)].previous = folder.previous }
            if folder.previous != Self.none {
                folders[Int(folder.previous)].next = folder.next
            } else if folder.parent != Self.none {
                folders[Int(folder.parent)].firstChild = folder.next
            }
            byKey.remove(Int(place), hash: folder.hash)
            folders[Int(place)] = Folder(BranchKey(repository: "", head: ""), hash: 0)
            freeFolders.append(place)
            place = folder.parent
        }
    }
}
