internal import AgentRuns
internal import JSONPull

/// The inside of ``AuditedObjects``: objects at places, found by their names' hashes.
///
/// Which object it is says a 64-bit hash with a seed of this process: that two of 100,000 names have the same one is as likely as
/// one in four billion, and then one of them is not judged.
struct AuditedTable: Sendable {
    private struct Slot: Sendable {
        /// Nil where nothing is.
        var text: PackedTexts.Place?
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

    /// What a slot takes beside its text: itself and its place in the index, and what arrays that grow keep for more.
    private static let slotBytes = 2 * MemoryLayout<Slot>.stride + 16
    /// Of a name; API servers take 253 bytes.
    private static let maximumNameBytes = 1024

    private let limits: AuditedObjects.Limits
    private var counts = AuditedObjects.Figures()
    private var largeBytes = 0
    private var texts = PackedTexts()
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

    var figures: AuditedObjects.Figures {
        var figures = counts
        figures.bytes = byteCount
        return figures
    }

    private var byteCount: Int { (slots.count - free.count) * Self.slotBytes + texts.byteCount }

    // MARK: Lists

    mutating func beginList(of source: ClusterSource) {
        if let number = number(of: source) { lists[Int(number)] &+= 1 }
    }

    mutating func commitList(of source: ClusterSource) {
        guard let number = number(of: source) else { return }
        let list = lists[Int(number)]
        for place in slots.indices
        where slots[place].source == number && slots[place].text != nil && slots[place].list != list {
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
        guard header.isOf(source.kind), let number = number(of: source) else { return }
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
        let place = known ?? emptyPlace(key)
        let packed = unsafe pack(
            json,
            header,
            family: PackingDictionaries.Family(source: number, namespace: header.namespace),
            &slot
        )
        let (text, sparse) = texts.add(packed, owner: UInt32(place))
        slot.text = text
        slots[place] = slot
        count(slot, 1)
        move(from: sparse)
    }

    mutating func remove(_ header: AuditedHeader, of source: ClusterSource) {
        guard let number = number(of: source), let place = place(of: Self.key(header, number)) else { return }
        remove(at: place)
    }

    func isKept(_ header: AuditedHeader, of source: ClusterSource) -> Bool {
        guard let number = sources.firstIndex(of: source), number < UInt8.max,
            let place = place(of: Self.key(header, UInt8(number)))
        else { return false }
        return slots[place].withheld == nil
    }

    func objects(at places: Range<Int>) -> [AuditedObjects.Object] {
        places.clamped(to: 0..<slots.count).compactMap { place in
            let slot = slots[place]
            guard let text = slot.text else { return nil }
            return AuditedObjects.Object(
                kind: sources[Int(slot.source)].kind,
                generation: slot.generation < 0 ? nil : slot.generation,
                changedAt: slot.changedSeconds == 0 ? nil : Timestamp(seconds: Int64(slot.changedSeconds)),
                seenAtSeconds: Int64(slot.seenSeconds),
                withheld: slot.withheld,
                packed: texts[text],
                dictionary: dictionaries[slot.dictionary]
            )
        }
    }

    // MARK: Packing

    /// Packs an object, or its header where there is no room for it, and says so in `slot`.
    private mutating func pack(
        _ json: UnsafeRawBufferPointer,
        _ header: AuditedHeader,
        family: PackingDictionaries.Family,
        _ slot: inout Slot
    ) -> [UInt8] {
        unsafe read(json, without: header.unread)
        if text.count > limits.maximumObjectBytes {
            slot.withheld = .tooLarge
        } else {
            slot.dictionary = dictionaries.current(of: family)
            // Before another takes its place.
            dictionaries.retain(slot.dictionary)
            let packed = unsafe text.withUnsafeBytes { unsafe packer.pack($0, with: dictionaries[slot.dictionary]) }
            dictionaries.learn(text, packedCount: packed.count, family)
            if hasRoom(for: packed.count) { return packed }
            slot.withheld = .noRoom
        }
        dictionaries.release(slot.dictionary)
        slot.dictionary = 0
        return unsafe header.encoded().withUnsafeBytes { unsafe packer.pack($0, with: nil) }
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

    private func hasRoom(for count: Int) -> Bool {
        guard byteCount + dictionaries.byteCount + texts.growth(for: count) <= limits.maximumBytes else { return false }
        return count <= limits.largeBytes || largeBytes + count <= limits.maximumLargeBytes
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

    /// A place where nothing is yet, which is found by that key from now on.
    private mutating func emptyPlace(_ key: UInt64) -> Int {
        let place = free.popLast() ?? slots.count
        if place == slots.count { slots.append(Slot()) }
        index.insert(place, hash: Int(truncatingIfNeeded: key))
        return place
    }

    private mutating func remove(at place: Int) {
        index.remove(place, hash: Int(truncatingIfNeeded: slots[place].key))
        clear(at: place)
        free.append(place)
    }

    private mutating func clear(at place: Int) {
        let slot = slots[place]
        guard let text = slot.text else { return }
        slots[place].text = nil
        dictionaries.release(slot.dictionary)
        count(slot, -1)
        move(from: texts.remove(text))
    }

    /// Puts what is left of a block elsewhere, and gives the block up; then that which became full by it, if little of it is in
    /// use.
    private mutating func move(from block: Int?) {
        var next = block
        while let block = next {
            next = nil
            for (owner, place) in texts.texts(of: block) where slots[Int(owner)].text == place {
                let (text, sparse) = texts.add(texts[place], owner: owner)
                slots[Int(owner)].text = text
                next = sparse ?? next
            }
            texts.drop(block)
        }
    }

    private mutating func count(_ slot: Slot, _ sign: Int) {
        let size = Int(slot.text?.count ?? 0)
        if size > limits.largeBytes { largeBytes += sign * size }
        switch slot.withheld {
        case nil: counts.objects += sign
        case .noRoom: counts.withoutRoom += sign
        case .tooLarge: counts.tooLarge += sign
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
