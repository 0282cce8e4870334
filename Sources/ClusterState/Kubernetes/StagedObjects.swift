private import AgentRuns
private import JSONPull

/// The objects of a list under way, page after page, to be put in place of a source's objects all at once.
///
/// It is filled outside of the store's lock.
package struct StagedObjects: Sendable {
    package let source: ClusterSource
    var objects: ClusterObjects
    /// Objects that could not be read.
    package private(set) var unreadableCount = 0

    init(source: ClusterSource, projection: RunProjection) {
        self.source = source
        objects = ClusterObjects(projection: projection)
    }

    /// Objects so far.
    package var count: Int { objects.count(of: source.kind) }

    /// Makes room for so many objects and a few that come later, so that no array grows by doubling.
    ///
    /// A server's word for it is taken up to a million.
    package mutating func reserve(_ count: Int) {
        guard source.kind == .agentRun else { return }
        let count = min(count, 1_000_000)
        objects.runs.reserve(count + count / 16)
    }

    /// Adds an object of the source's kind, in place of an earlier one of its name.
    ///
    /// `json` is lent for the call. An object that is no JSON of that kind, which no API server sends, is counted and left
    /// out.
    ///
    /// - Returns: its name; nil for what is left out.
    @discardableResult
    package mutating func add(_ json: UnsafeRawBufferPointer) -> ObjectKey? {
        guard let object = unsafe ListedObject(source.kind, json: json) else {
            unreadableCount += 1
            return nil
        }
        object.content.put(into: &objects, at: object.key, file: 0)
        return object.key
    }

    /// Whether the run of that name was added and is over.
    package func isOver(_ key: ObjectKey) -> Bool { objects.runs.standing(of: key) == .over }

    mutating func complete() {
        objects.complete()
    }
}

/// An object as the API lists it, with its name.
struct ListedObject {
    let key: ObjectKey
    let content: any KeptObject

    /// Nil for what is no object of that kind.
    init?(_ kind: ClusterKind, json: UnsafeRawBufferPointer) {
        do throws(JSONError) {
            content = try unsafe kind.object.read(json)
        } catch {
            return nil
        }
        let metadata = content.metadata
        guard !metadata.name.isEmpty else { return nil }
        key = ObjectKey(namespace: metadata.namespace, name: metadata.name)
    }

    /// The run whose Job it is.
    var jobOf: ObjectKey? { content.run(of: key) }
}
