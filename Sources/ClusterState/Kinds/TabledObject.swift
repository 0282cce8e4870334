internal import AgentRuns
internal import JSONPull

/// An object that is kept in a table of its kind, by its key.
protocol TabledObject: KeptObject {
    /// What is kept of it.
    associatedtype Kept: Sendable = Self
    var kept: Kept { get }
    static var table: WritableKeyPath<ClusterObjects, ClusterObjects.Table<Kept>> { get }

    /// Brings what is looked up by namespace in line with what is kept at `key` now.
    static func note(_ kept: Kept?, at key: ObjectKey, in objects: inout ClusterObjects)
    /// As ``KeptObject/takeOver(in:into:from:)``, for what is looked up by namespace.
    static func takeOverIndex(
        in namespace: ExactString?,
        into objects: inout ClusterObjects,
        from other: inout ClusterObjects
    )
}

extension TabledObject where Kept == Self {
    var kept: Kept { self }
}

extension TabledObject {
    static func note(_ kept: Kept?, at key: ObjectKey, in objects: inout ClusterObjects) {}

    static func takeOverIndex(
        in namespace: ExactString?,
        into objects: inout ClusterObjects,
        from other: inout ClusterObjects
    ) {}

    func put(into objects: inout ClusterObjects, at key: ObjectKey, file: UInt32) {
        let kept = kept
        objects[keyPath: Self.table][key] = ClusterObjects.Filed(object: kept, file: file)
        Self.note(kept, at: key, in: &objects)
    }

    static func remove(_ key: ObjectKey, from objects: inout ClusterObjects) {
        objects[keyPath: table][key] = nil
        note(nil, at: key, in: &objects)
    }

    static func takeOver(
        in namespace: ExactString?,
        into objects: inout ClusterObjects,
        from other: inout ClusterObjects
    ) {
        ClusterObjects.takeOver(&objects[keyPath: table], in: namespace, from: &other[keyPath: table])
        takeOverIndex(in: namespace, into: &objects, from: &other)
    }

    static func merge(_ other: ClusterObjects, into objects: inout ClusterObjects, _ merging: ObjectMerging) {
        for (key, value) in other[keyPath: table] {
            guard let file = merging.file(value.file) else { continue }
            if !merging.replaces, objects[keyPath: table][key] != nil { continue }
            objects[keyPath: table][key] = ClusterObjects.Filed(object: value.object, file: file)
        }
    }
}

/// A tabled object of which some are looked up by namespace, too, in the order of their names.
protocol NamespacedObject: TabledObject where Kept == Self {
    static var byNamespace: WritableKeyPath<ClusterObjects, ClusterObjects.NamespaceTables<Self>> { get }
    /// Whether this one is among those that are.
    var isListed: Bool { get }
}

extension NamespacedObject {
    static func note(_ kept: Self?, at key: ObjectKey, in objects: inout ClusterObjects) {
        ClusterObjects.note(
            kept.flatMap { $0.isListed ? $0 : nil },
            at: key,
            in: &objects[keyPath: byNamespace]
        )
    }

    static func takeOverIndex(
        in namespace: ExactString?,
        into objects: inout ClusterObjects,
        from other: inout ClusterObjects
    ) {
        ClusterObjects.takeOver(&objects[keyPath: byNamespace], in: namespace, from: &other[keyPath: byNamespace])
    }

    static func makeIndex(of objects: inout ClusterObjects) {
        objects[keyPath: byNamespace] = [:]
        for (key, filed) in objects[keyPath: table] { note(filed.object, at: key, in: &objects) }
    }
}
