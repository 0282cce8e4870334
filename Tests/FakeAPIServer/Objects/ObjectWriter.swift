import Foundation

/// Writes to one resource, as the API server's registry does them.
struct ObjectWriter {
    let store: ObjectStore
    let resource: FakeResource
    /// Empty for objects of the cluster.
    let namespace: String
    /// The test itself writes: it may set `status` and `uid`, which a client may not.
    var isTrusted = false
    /// Nothing is stored.
    var isDryRun = false

    private var collection: ObjectCollection { store.collection(resource) }

    func current(_ name: String) throws(StatusError) -> StoredObject {
        guard let object = collection.object(StoredObject.key(namespace: namespace, name: name)) else {
            throw .notFound(resource, name)
        }
        return object
    }

    // MARK: Create

    func create(_ given: [String: Any]) throws(StatusError) -> StoredObject {
        var object = given
        var metadata = given["metadata"] as? [String: Any] ?? [:]
        let name = try name(metadata)
        if let other = metadata["namespace"] as? String, other != namespace {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        guard collection.object(StoredObject.key(namespace: namespace, name: name)) == nil else {
            throw .alreadyExists(resource, name)
        }
        if let kind = object["kind"] as? String { collection.kind = kind }
        object["kind"] = collection.kind
        object["apiVersion"] = resource.apiVersion
        metadata["name"] = name
        if !namespace.isEmpty { metadata["namespace"] = namespace }
        if !isTrusted || metadata["uid"] == nil { metadata["uid"] = UUID().uuidString.lowercased() }
        if !isTrusted || metadata["creationTimestamp"] == nil { metadata["creationTimestamp"] = store.timestamp }
        if resource == .validatingWebhookConfigurations { metadata["managedFields"] = [setNow] }
        if !resource.isBuiltIn {
            metadata["generation"] = 1
            if !isTrusted { object["status"] = nil }
        }
        object["metadata"] = metadata
        if resource == .events { try EventRules.check(object, in: namespace) }
        return commit(.added, object)
    }

    private func name(_ metadata: [String: Any]) throws(StatusError) -> String {
        if let name = metadata["name"] as? String, !name.isEmpty { return name }
        guard let base = metadata["generateName"] as? String, !base.isEmpty else {
            throw StatusError(
                code: 422,
                reason: "Invalid",
                message: "\(collection.kind).\(resource.group) \"\" is invalid: metadata.name: Required value: name or "
                    + "generateName is required"
            )
        }
        return store.generateName(base)
    }

    // MARK: Update

    func update(_ name: String, to given: [String: Any], subresource: String? = nil) throws(StatusError) -> StoredObject
    {
        let current = try current(name)
        let metadata = given["metadata"] as? [String: Any] ?? [:]
        try check(metadata, against: current)
        let old = current.json
        var object = given
        if subresource == "status" {
            object = old
            object["status"] = given["status"]
        } else if !isTrusted, !resource.isBuiltIn {
            object["status"] = old["status"]
        }
        object["kind"] = old["kind"]
        object["apiVersion"] = old["apiVersion"]
        object["metadata"] = updated(subresource == "status" ? current.metadata : metadata, old: old, new: object)
        if resource == .events { try EventRules.check(object, replacing: old, in: namespace) }
        if JSONObject.areEqual(object, old) { return current }
        let isReleased = object.hasDeletionTimestamp && object.finalizers.isEmpty
        return commit(isReleased ? .deleted : .modified, object)
    }

    /// `patch` by RFC 7396.
    func patch(
        _ name: String,
        with patch: [String: Any],
        subresource: String? = nil
    ) throws(StatusError) -> StoredObject {
        let merged = JSONObject.merge(patch, into: try current(name).json)
        return try update(name, to: merged, subresource: subresource)
    }

    /// Server-side apply, as far as an object with one manager goes: what it gave before and gives no more is taken away.
    func apply(_ name: String, _ given: [String: Any]) throws(StatusError) -> StoredObject {
        guard given["apiVersion"] as? String == resource.apiVersion, given["kind"] is String else {
            throw .badRequest("apiVersion and kind must be those of \(resource.apiVersion) \(resource.resource)")
        }
        guard let current = collection.object(StoredObject.key(namespace: namespace, name: name)) else {
            return try create(given)
        }
        var object = given
        object["metadata"] = current.metadata.merging(given["metadata"] as? [String: Any] ?? [:]) { $1 }
        return try update(name, to: object)
    }

    /// `patch` as the API server has it for built-in resources, as far as webhook configurations go: the members of
    /// `webhooks` are merged by name.
    func strategicPatch(_ name: String, with patch: [String: Any]) throws(StatusError) -> StoredObject {
        let old = try current(name).json
        var merged = JSONObject.merge(patch, into: old)
        if let changes = patch["webhooks"] as? [[String: Any]] {
            merged["webhooks"] = JSONObject.merge(changes, into: old["webhooks"] as? [[String: Any]] ?? [])
        }
        return try update(name, to: merged)
    }

    private func check(_ metadata: [String: Any], against current: StoredObject) throws(StatusError) {
        if let name = metadata["name"] as? String, name != current.name {
            throw .badRequest(
                "the name of the object (\(name)) does not match the name on the URL (\(current.name))"
            )
        }
        if let version = metadata["resourceVersion"] as? String, !version.isEmpty, version != current.resourceVersion {
            throw .conflict(resource, current.name)
        }
        if let uid = metadata["uid"] as? String, uid != current.uid { throw uidConflict(uid, current) }
    }

    /// The new metadata, with what a client cannot change.
    private func updated(_ given: [String: Any], old: [String: Any], new: [String: Any]) -> [String: Any] {
        var metadata = given
        let before = old["metadata"] as? [String: Any] ?? [:]
        for member in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "generation"] {
            metadata[member] = before[member]
        }
        metadata["resourceVersion"] = before["resourceVersion"]
        if resource == .validatingWebhookConfigurations {
            let isSame = JSONObject.areEqual(old["webhooks"], new["webhooks"])
            metadata["managedFields"] = isSame ? before["managedFields"] : [setNow]
        }
        if let generation = before["generation"] as? Int, !JSONObject.areEqual(old["spec"], new["spec"]) {
            metadata["generation"] = generation + 1
        }
        return metadata
    }

    /// Who has set the fields of an object: told of webhook configurations only, as nobody asks of others.
    private var setNow: [String: Any] {
        ["manager": "client", "operation": "Update", "time": store.timestamp, "fieldsType": "FieldsV1"]
    }

    // MARK: Delete

    /// Of `options`, which are `DeleteOptions`, the preconditions count.
    func delete(_ name: String, options: [String: Any] = [:]) throws(StatusError) -> StoredObject {
        let current = try current(name)
        let preconditions = options["preconditions"] as? [String: Any] ?? [:]
        if let uid = preconditions["uid"] as? String, uid != current.uid { throw uidConflict(uid, current) }
        if let version = preconditions["resourceVersion"] as? String, version != current.resourceVersion {
            throw .conflict(
                resource,
                name,
                "Precondition failed: ResourceVersion in precondition: \(version), ResourceVersion in object meta: "
                    + current.resourceVersion
            )
        }
        var object = current.json
        guard !object.finalizers.isEmpty else { return commit(.deleted, object) }
        guard !object.hasDeletionTimestamp else { return current }
        var metadata = current.metadata
        metadata["deletionTimestamp"] = store.timestamp
        metadata["deletionGracePeriodSeconds"] = 0
        object["metadata"] = metadata
        return commit(.modified, object)
    }

    private func uidConflict(_ uid: String, _ current: StoredObject) -> StatusError {
        .conflict(
            resource,
            current.name,
            "Precondition failed: UID in precondition: \(uid), UID in object meta: \(current.uid)"
        )
    }

    // MARK: Storing

    private func commit(_ kind: ObjectEvent.Kind, _ given: [String: Any]) -> StoredObject {
        let version = isDryRun ? store.version : store.nextVersion()
        var object = given
        var metadata = given["metadata"] as? [String: Any] ?? [:]
        metadata["resourceVersion"] = isDryRun && kind == .added ? nil : String(version)
        object["metadata"] = metadata
        let encoded = JSONObject.encode(object, of: resource)
        let stored = StoredObject(
            namespace: namespace,
            name: metadata["name"] as? String ?? "",
            uid: metadata["uid"] as? String ?? "",
            version: version,
            bytes: encoded.bytes,
            typeEnd: encoded.typeEnd
        )
        if !isDryRun { collection.apply(ObjectEvent(kind: kind, object: stored)) }
        return stored
    }
}

extension [String: Any] {
    fileprivate var metadata: [String: Any] { self["metadata"] as? [String: Any] ?? [:] }

    fileprivate var finalizers: [Any] { metadata["finalizers"] as? [Any] ?? [] }

    var hasDeletionTimestamp: Bool { metadata["deletionTimestamp"] is String }
}
