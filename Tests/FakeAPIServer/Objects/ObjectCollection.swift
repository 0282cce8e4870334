import NIOCore

/// The objects of one resource in the order of their keys, what happened to them lately, and who watches.
final class ObjectCollection {
    /// How many consistent snapshots are kept for lists that are being paged.
    static let maximumSnapshots = 16

    let resource: FakeResource
    var kind: String
    /// Unknown like the resource of a missing CRD.
    var isRemoved = false
    private(set) var objects: [StoredObject] = []
    var watches: [ObjectIdentifier: WatchStream] = [:]

    private var history = CircularBuffer<ObjectEvent>()
    private let historyLimit: Int
    /// Everything that happened after this version is in `history`.
    private(set) var oldestWatchable: Int
    private var snapshots: [(version: Int, objects: [StoredObject])] = []

    init(resource: FakeResource, historyLimit: Int, version: Int) {
        self.resource = resource
        self.historyLimit = historyLimit
        kind = resource.likelyKind
        oldestWatchable = version
    }

    func object(_ key: String) -> StoredObject? {
        let index = Self.index(of: key, in: objects)
        return index < objects.count && objects[index].key == key ? objects[index] : nil
    }

    // MARK: Lists

    /// The first index whose key is not below `key`.
    static func index(of key: String, in objects: [StoredObject]) -> Int {
        var low = 0
        var high = objects.count
        while low < high {
            let middle = (low + high) / 2
            if objects[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Keeps what there is now for the further pages of a list; writes copy the array then.
    func keepSnapshot(version: Int) {
        guard snapshots.last?.version != version else { return }
        if snapshots.count == Self.maximumSnapshots { snapshots.removeFirst() }
        snapshots.append((version, objects))
    }

    func snapshot(version: Int) -> [StoredObject]? {
        snapshots.first { $0.version == version }?.objects
    }

    // MARK: Changes

    func apply(_ event: ObjectEvent) {
        let index = Self.index(of: event.object.key, in: objects)
        switch event.kind {
        case .added: objects.insert(event.object, at: index)
        case .modified: objects[index] = event.object
        case .deleted: objects.remove(at: index)
        }
        history.append(event)
        if history.count > historyLimit { oldestWatchable = history.removeFirst().object.version }
        for watch in watches.values { watch.deliver(event) }
    }

    /// Puts new objects in without any history: watches that begin earlier have to list again.
    func load(_ new: [StoredObject], version: Int) {
        objects = (objects + new).sorted { $0.key < $1.key }
        expireHistory(version: version)
        for object in new {
            for watch in watches.values { watch.deliver(ObjectEvent(kind: .added, object: object)) }
        }
    }

    func remove(version: Int) {
        isRemoved = true
        objects = []
        expireHistory(version: version)
    }

    /// Forgets all that happened up to `version`, and the snapshots.
    func expireHistory(version: Int) {
        history.removeAll()
        snapshots = []
        oldestWatchable = version
    }

    /// What happened after `version`.
    func events(after version: Int) -> [ObjectEvent] {
        history.filter { $0.object.version > version }
    }
}
