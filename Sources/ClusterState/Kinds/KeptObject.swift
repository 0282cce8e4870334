internal import AgentRuns
internal import JSONPull

/// An object of a kind that the cluster state keeps: how the API calls the kind, how it is read, and where it is kept.
protocol KeptObject: Sendable {
    static var group: String { get }
    static var version: String { get }
    /// The name of the kind in paths and RBAC rules.
    static var resource: String { get }
    /// See ``ClusterKind/isOptional``.
    static var isOptional: Bool { get }
    /// Whether a judgement looks at those of all namespaces.
    static var isOfAllNamespaces: Bool { get }

    /// Reads an object, as far as the state wants it.
    static func read(_ reader: inout JSONReader) throws(JSONError) -> Self
    var metadata: ObjectMeta { get }
    /// Whether the state has a use for this one.
    var isWanted: Bool { get }
    /// The run whose Job it is; `key` is the object's own.
    func run(of key: ObjectKey) -> ObjectKey?
    /// What there is to do for a change before the store is locked.
    func change(at key: ObjectKey, _ projection: RunProjection) -> ClusterChange.Content

    /// How many `objects` has; reviews ask for it.
    static func count(in objects: borrowing ClusterObjects) -> Int
    /// Puts it in place of one of the same key.
    func put(into objects: inout ClusterObjects, at key: ObjectKey, file: UInt32)
    /// Takes the one of that key out, if it is there.
    static func remove(_ key: ObjectKey, from objects: inout ClusterObjects)
    /// Takes all, or those of one namespace, from `other`, which has none beside them; what was here before is then there, to be
    /// freed by whoever has it.
    static func takeOver(
        in namespace: ExactString?,
        into objects: inout ClusterObjects,
        from other: inout ClusterObjects
    )
    /// Adds what `other` has.
    static func merge(_ other: ClusterObjects, into objects: inout ClusterObjects, _ merging: ObjectMerging)
    /// Makes anew what is looked up by namespace.
    static func makeIndex(of objects: inout ClusterObjects)
}

/// How objects of other files are added.
struct ObjectMerging {
    /// The file an object gets for the one it had there; nil for one that is left out.
    let file: (UInt32) -> UInt32?
    /// Whether an object of theirs takes the place of one of the same key.
    let replaces: Bool
}

extension KeptObject {
    static var group: String { "agents.proompteng.ai" }
    static var version: String { "v1alpha1" }
    static var isOptional: Bool { false }
    static var isOfAllNamespaces: Bool { false }

    var isWanted: Bool { true }
    func run(of key: ObjectKey) -> ObjectKey? { nil }
    func change(at key: ObjectKey, _ projection: RunProjection) -> ClusterChange.Content { .other(self) }

    static func makeIndex(of objects: inout ClusterObjects) {}

    /// Reads the JSON of an object; the bytes are lent for the call.
    static func read(_ json: UnsafeRawBufferPointer) throws(JSONError) -> any KeptObject {
        try unsafe JSONReader.read(json) { reader throws(JSONError) in try read(&reader) }
    }
}
