/// Objects by the hand of the test, which may also set what clients may not: `status`, `uid`, `creationTimestamp`.
extension FakeAPIServer {
    /// Creates an object.
    ///
    /// - Throws: ``StatusError`` as a client would be answered.
    @discardableResult
    package func create(
        _ object: [String: Any],
        in resource: FakeResource,
        namespace: String? = nil
    ) async throws -> StoredObject {
        let bytes = JSONObject.encode(object)
        return try await write(resource, namespace) { writer throws(StatusError) in
            try writer.create(JSONObject.decode(bytes) ?? [:])
        }
    }

    /// Creates an object from JSON text.
    @discardableResult
    package func create(
        json: String,
        in resource: FakeResource,
        namespace: String? = nil
    ) async throws -> StoredObject {
        try await write(resource, namespace) { writer throws(StatusError) in
            try writer.create(try Self.decode(json))
        }
    }

    /// Changes an object by a merge patch (RFC 7396).
    @discardableResult
    package func update(
        _ name: String,
        in resource: FakeResource,
        namespace: String? = nil,
        merging patch: [String: Any]
    ) async throws -> StoredObject {
        let bytes = JSONObject.encode(patch)
        return try await write(resource, namespace) { writer throws(StatusError) in
            try writer.patch(name, with: JSONObject.decode(bytes) ?? [:])
        }
    }

    /// Changes an object by a merge patch in JSON text.
    @discardableResult
    package func update(
        _ name: String,
        in resource: FakeResource,
        namespace: String? = nil,
        mergingJSON patch: String
    ) async throws -> StoredObject {
        try await write(resource, namespace) { writer throws(StatusError) in
            try writer.patch(name, with: try Self.decode(patch))
        }
    }

    /// Deletes an object; one with finalizers only gets its `deletionTimestamp`.
    @discardableResult
    package func delete(
        _ name: String,
        in resource: FakeResource,
        namespace: String? = nil
    ) async throws -> StoredObject {
        try await write(resource, namespace) { writer throws(StatusError) in try writer.delete(name) }
    }

    /// The object as it is; nil when there is none.
    package func object(
        _ name: String,
        in resource: FakeResource,
        namespace: String? = nil
    ) async throws -> StoredObject? {
        let key = StoredObject.key(namespace: namespace ?? "", name: name)
        return try await onLoop { $0.store.collection(resource).object(key) }
    }

    /// All objects of a resource in the order of lists.
    package func objects(in resource: FakeResource) async throws -> [StoredObject] {
        try await onLoop { $0.store.collection(resource).objects }
    }

    /// The version of the last write.
    package var resourceVersion: Int {
        get async throws { try await onLoop { $0.store.version } }
    }

    // MARK: Many at once

    /// Creates `count` objects that do not exist yet, without a history: watches that began earlier have to list again.
    package func bulkLoad(
        _ resource: FakeResource,
        count: Int,
        make: @escaping @Sendable (Int) -> EncodedObject
    ) async throws {
        try await onLoop { $0.store.load((0..<count).map(make), in: resource) }
    }

    /// Creates objects or replaces those of the same name, each with an event.
    package func put(_ objects: [EncodedObject], in resource: FakeResource) async throws {
        try await onLoop { core in
            for object in objects { core.store.put(object, in: resource) }
        }
    }

    private func write(
        _ resource: FakeResource,
        _ namespace: String?,
        _ body: @escaping @Sendable (ObjectWriter) throws(StatusError) -> StoredObject
    ) async throws -> StoredObject {
        try await onLoop { core in
            try body(
                ObjectWriter(store: core.store, resource: resource, namespace: namespace ?? "", isTrusted: true)
            )
        }
    }

    private static func decode(_ json: String) throws(StatusError) -> [String: Any] {
        guard let object = JSONObject.decode(Array(json.utf8)) else { throw .badRequest("no JSON object: \(json)") }
        return object
    }
}
