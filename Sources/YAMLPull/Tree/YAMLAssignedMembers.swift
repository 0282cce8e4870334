/// The members a mapping has been assigned so far, and the mappings whose members are being assigned to it.
struct YAMLAssignedMembers {
    /// What put the earlier member there.
    enum Earlier {
        /// The mapping whose member comes now.
        case sameMapping
        /// A mapping that merges, at this key (`<<`), the one whose member comes now, and stands where it is written.
        case merging(key: Int)
        /// A mapping merged before, or one an alias led to.
        case another
    }

    /// A mapping whose members are assigned.
    private struct Level {
        /// Index of the next key's node.
        var next: Int
        /// The index `next` stops at.
        let end: Int
        /// Whether an alias led here.
        let isAliased: Bool
        /// The key last read: the `<<` at work while another level is on top of this one.
        var key = 0
        var isDone = false
    }

    /// Mappings up to this size are searched from end to end, without an index.
    private static let smallMapping = 16

    /// Where the mapping's members start in the list.
    private let first: Int
    private var levels: [Level] = []
    /// Indices of the `levels` that are not done, the one to go on with last.
    private var stack: [Int] = []
    /// The level each member comes from.
    private var origins: [Int] = []
    /// Key to position in the list, once there are more than a few.
    private var index: [[UInt8]: Int] = [:]

    init(first: Int) {
        self.first = first
    }

    /// Makes the members of the mapping at `mapping` the next to come.
    mutating func enter(_ mapping: Int, isAliased: Bool, in tree: YAMLTree) {
        stack.append(levels.count)
        levels.append(Level(next: mapping + 1, end: Int(tree.nodes[mapping].end), isAliased: isAliased))
    }

    /// The next key's node, and whether an alias led to it; nil when all members are there.
    mutating func nextKey(in tree: YAMLTree) -> (key: Int, isAliased: Bool)? {
        while let level = stack.last {
            let key = levels[level].next
            if key < levels[level].end {
                levels[level].key = key
                levels[level].next = Int(tree.nodes[Int(tree.nodes[key].end)].end)
                return (key, levels[level].isAliased)
            }
            levels[level].isDone = true
            stack.removeLast()
        }
        return nil
    }

    /// Assigns a member of the mapping the last key was of; returns the one of the same key that it replaces, and whose that
    /// was.
    mutating func assign(
        _ entry: YAMLMappingEntry,
        to entries: inout [YAMLMappingEntry],
        in tree: YAMLTree
    ) -> (entry: YAMLMappingEntry, by: Earlier)? {
        guard let level = stack.last else { return nil }
        guard let position = position(of: entry.text, in: tree, entries: entries) else {
            if !index.isEmpty { index[Array(tree.text[entry.text])] = entries.count }
            entries.append(entry)
            origins.append(level)
            return nil
        }
        let earlier = entries[position]
        let origin = origins[position - first]
        entries[position] = entry
        origins[position - first] = level
        guard origin != level else { return (earlier, .sameMapping) }
        // A level with members that is neither done nor this one has this one on top of it.
        let isMerging = !levels[origin].isDone && !levels[origin].isAliased
        return (earlier, isMerging ? .merging(key: levels[origin].key) : .another)
    }

    /// The position of the member with the key `text`.
    private mutating func position(of text: Range<Int>, in tree: YAMLTree, entries: [YAMLMappingEntry]) -> Int? {
        guard !index.isEmpty || entries.count - first > Self.smallMapping else {
            return entries.indices.dropFirst(first).first { index in
                entries[index].text.count == text.count
                    && tree.text[entries[index].text].elementsEqual(tree.text[text])
            }
        }
        if index.isEmpty {
            for position in first..<entries.count { index[Array(tree.text[entries[position].text])] = position }
        }
        return index[Array(tree.text[text])]
    }
}
