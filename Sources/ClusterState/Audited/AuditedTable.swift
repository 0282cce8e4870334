internal import AgentRuns
internal import JSONPull

/// The inside of ``AuditedObjects``: objects at places, found by their names' hashes.
///
/// Which object it is says a 64-bit hash with a seed of this process: that two of 100,000 names have the same one is as likely as
/// one in four billion, and then one of them is not judged.
struct AuditedTable: Sendable {
    private struct Slot: Sendable {
        /// Empty where nothing is.
        var packed: [UInt8] = []
        var key: UInt64 = 0
        /// Digest of uid and generation.
        var identity: UInt64 = 0
        /// Negative for none.
        var generation: Int64 = -1
        /// Since 1970; 0 when unknown.
        var changedSeconds: UInt32 = 0
        var seenSeconds: UInt32 = 0
        /// The list or change it came with.
        var list: UInt32 = 0
        /// 0 for none.
        var dictionary: UInt16 = 0
        var source: UInt8 = 0
        var withheld: AuditedObjects.Withheld?
    }

    /// What a slot takes beside its text: itself, its place in the index, and what an array has in front of its bytes.
    private static let slotBytes = MemoryLayout<Slot>.stride + 16 + 48
    /// Of a name; API servers take 253 bytes.
    private static let maximumNameBytes = 1024

    private let limits: AuditedObjects.Limits
    private(set) var figures = AuditedObjects.Figures()
    private var largeBytes = 0
    private var slots: [Slot] = []
    private var free: [Int] = []
    private var index = SlotIndex()
    /// As they first came; few.
    private var sources: [ClusterSource] = []
    private var lists: [UInt32] = []
    private var packer = TextPacker()
    private var dictionaries = PackingDictionaries()
    private var text: [UInt8] = []

    init(limits: AuditedObjects.Limits) {
        self.limits = limits
    }

    var placeCount: Int { slots.count }

    // MARK: Lists

    mutating func beginList(of source: ClusterSource) {
        if let number = number(of: source) { lists[Int(number)] &+= 1 }
    }

    mutating func commitList(of source: ClusterSource) {
        guard let number = number(of: source) else { return }
        let list = lists[Int(number)]
        for place in slots.indices
        where slots[place].source == number && !slots[place].packed.isEmpty && slots[place].list != list {
            remove(at: place)
        }
    }

    /// The number of a source, which it gets when it first comes; nil for one too many.
    private mutating func number(of source: ClusterSource) -> UInt8? {
        if let number = sources.firstIndex(of: source) { return UInt8(number) }
        guard sources.count < UInt8.max else { return nil }
        sources.append(source)
        lists.append(0)
        return UInt8(sources.count - 1)
    }

    // MARK: Objects

    mutating func put(
        _ json: UnsafeRawBufferPointer,
        _ header: AuditedHeader,
        of source: ClusterSource,
        nowSeconds: Int64
    ) {
        guard header.kind == ExactString(source.kind.rawValue), let number = number(of: source) else { return }
        guard !(source.kind == .agentRun && header.isOver), header.isNamed(upTo: Self.maximumNameBytes) else {
            return remove(header, of: source)
        }
        let key = Self.key(header, number)
        let known = place(of: key)
        var slot = Slot()
        slot.key = key
        slot.identity = Self.hash(header.uid, header.generation)
        slot.generation = header.generation ?? -1
        slot.changedSeconds = UInt32(clamping: header.changedAt?.seconds ?? 0)
        slot.seenSeconds = UInt32(clamping: nowSeconds)
        slot.list = lists[Int(number)]
        slot.source = number
        if let known, slots[known].identity == slot.identity { slot.seenSeconds = slots[known].seenSeconds }
        // Its room is free for what it is now.
        if let known { clear(at: known) }
        unsafe pack(
            json,
            header,
            family: PackingDictionaries.Family(source: number, namespace: header.namespace),
            &slot
        )
        place(slot, at: known)
    }

    mutating func remove(_ header: AuditedHeader, of source: ClusterSource) {
        guard let number = number(of: source), let place = place(of: Self.key(header, number)) else { return }
        remove(at: place)
    }

    func objects(at places: Range<Int>) -> [AuditedObjects.Object] {
        places.clamped(to: 0..<slots.count).compactMap { place in
            let slot = slots[place]
            guard !slot.packed.isEmpty else { return nil }
            return AuditedObjects.Object(
                kind: sources[Int(slot.source)].kind,
                generation: slot.generation < 0 ? nil : slot.generation,
                changedAt: slot.changedSeconds == 0 ? nil : Timestamp(seconds: Int64(slot.changedSeconds)),
                seenAtSeconds: Int64(slot.seenSeconds),
                withheld: slot.withheld,
                packed: slot.packed,
                dictionary: dictionaries[slot.dictionary]
            )
        }
    }

    // MARK: Packing

    /// Packs an object into `slot`, or its header where there is no room for it.
    private mutating func pack(
        _ json: UnsafeRawBufferPointer,
        _ header: AuditedHeader,
        family: PackingDictionaries.Family,
        _ slot: inout Slot
    ) {
        unsafe read(json, without: header.unread)
        if text.count > limits.maximumObjectBytes {
            slot.withheld = .tooLarge
        } else {
            slot.dictionary = dictionaries.current(of: family)
            // Before another takes its place.
            dictionaries.retain(slot.dictionary)
            slot.packed = unsafe text.withUnsafeBytes { unsafe packer.pack($0, with: dictionaries[slot.dictionary]) }
            dictionaries.learn(text, packedCount: slot.packed.count, family)
            if !hasRoom(for: slot) { slot.withheld = .noRoom }
        }
        guard slot.withheld != nil else { return }
        dictionaries.release(slot.dictionary)
        slot.dictionary = 0
        slot.packed = unsafe header.encoded().withUnsafeBytes { unsafe packer.pack($0, with: nil) }
    }

    /// Copies an object into ``text``, with null where those values stand.
    private mutating func read(_ json: UnsafeRawBufferPointer, without unread: [Range<Int>]) {
        text.removeAll(keepingCapacity: text.capacity <= limits.maximumObjectBytes)
        var place = 0
        for range in unread {
            unsafe text.append(contentsOf: UnsafeRawBufferPointer(rebasing: json[place..<range.lowerBound]))
            text.append(contentsOf: "null".utf8)
            place = range.upperBound
            // It is too large whatever follows.
            guard text.count <= limits.maximumObjectBytes else { return }
        }
        unsafe text.append(contentsOf: UnsafeRawBufferPointer(rebasing: json[place...]))
    }

    private func hasRoom(for slot: Slot) -> Bool {
        let bytes = slot.packed.count + Self.slotBytes
        guard figures.bytes + dictionaries.byteCount + bytes <= limits.maximumBytes else { return false }
        return slot.packed.count <= limits.largeBytes || largeBytes + slot.packed.count <= limits.maximumLargeBytes
    }

    // MARK: Places

    private static func key(_ header: AuditedHeader, _ source: UInt8) -> UInt64 {
        hash(ObjectKey(namespace: header.namespace, name: header.name), source)
    }

    private static func hash(_ one: some Hashable, _ other: some Hashable) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(one)
        hasher.combine(other)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private func place(of key: UInt64) -> Int? {
        index.find(hash: Int(truncatingIfNeeded: key)) { slots[$0].key == key }
    }

    /// Puts an object where one of its name was, or where nothing is.
    private mutating func place(_ slot: Slot, at known: Int?) {
        let place: Int
        if let known {
            place = known
        } else if let unused = free.popLast() {
            place = unused
            index.insert(place, hash: Int(truncatingIfNeeded: slot.key))
        } else {
            place = slots.count
            slots.append(Slot())
            index.insert(place, hash: Int(truncatingIfNeeded: slot.key))
        }
        slots[place] = slot
        count(slot, 1)
    }

    private mutating func remove(at place: Int) {
        index.remove(place, hash: Int(truncatingIfNeeded: slots[place].key))
        clear(at: place)
        free.append(place)
    }

    private mutating func clear(at place: Int) {
        let slot = slots[place]
        slots[place].packed = []
        dictionaries.release(slot.dictionary)
        count(slot, -1)
    }

    private mutating func count(_ slot: Slot, _ sign: Int) {
        figures.bytes += sign * (slot.packed.count + Self.slotBytes)
        if slot.packed.count > limits.largeBytes { largeBytes += sign * slot.packed.count }
        switch slot.withheld {
        case nil: figures.objects += sign
        case .noRoom: figures.withoutRoom += sign
        case .tooLarge: figures.tooLarge += sign
        }
    }
}

extension AuditedHeader {
    /// Whether it has a name, and none that no API server would take.
    fileprivate func isNamed(upTo maximumBytes: Int) -> Bool {
        !name.isEmpty && name.string.utf8.count <= maximumBytes && namespace.string.utf8.count <= maximumBytes
            && uid.string.utf8.count <= maximumBytes
    }

    /// An object of this header and nothing else.
    fileprivate func encoded() -> [UInt8] {
        var writer = JSONWriter(capacity: 256)
        writer.beginObject()
        writer.member("apiVersion", VisibleText.part(apiVersion, upTo: 253))
        writer.member("kind", kind.string)
        writer.key("metadata")
        writer.beginObject()
        writer.member("name", name.string)
        writer.member("namespace", namespace.string)
        writer.member("uid", uid.string)
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
