import Foundation
import TLS

/// Performs requests on the store.
struct Responder {
    let store: ObjectStore
    /// The SHA-256 of the token every request must bear.
    var tokenDigest: String?
    /// A good certificate will do as well.
    var asksForCertificates = false

    func answer(_ request: ReceivedRequest) -> Answer {
        guard isKnown(request) else { return .failure(.unauthorized) }
        guard let resource = request.resource else { return .pageNotFound }
        let collection = store.collection(resource)
        guard !collection.isRemoved else { return .pageNotFound }
        do throws(StatusError) {
            return try perform(request, on: collection)
        } catch {
            return .failure(error)
        }
    }

    private func isKnown(_ request: ReceivedRequest) -> Bool {
        guard tokenDigest != nil || asksForCertificates else { return true }
        if let tokenDigest, tokenDigest == request.tokenDigest { return true }
        guard let certificate = request.clientCertificate, certificate.isTrusted else { return false }
        return certificate.notBefore <= store.date && store.date <= certificate.notAfter
    }

    private func perform(
        _ request: ReceivedRequest,
        on collection: ObjectCollection
    ) throws(StatusError) -> Answer {
        switch request.verb {
        case .list:
            return Answer(
                body: try ObjectList(collection: collection, version: store.version, request: request).encode()
            )
        case .watch:
            return .watch
        case .get, .create, .update, .patch, .delete:
            guard request.subresource == nil || request.subresource == "status" else { return .pageNotFound }
            return try write(request, with: writer(request, collection.resource))
        case .other:
            throw .methodNotAllowed()
        }
    }

    private func writer(_ request: ReceivedRequest, _ resource: FakeResource) -> ObjectWriter {
        ObjectWriter(
            store: store,
            resource: resource,
            namespace: request.namespace ?? "",
            isDryRun: request.query["dryRun"] == "All"
        )
    }

    private func write(_ request: ReceivedRequest, with writer: ObjectWriter) throws(StatusError) -> Answer {
        guard let name = request.name else {
            // Collections are created into; the deletion of a whole one is not served.
            guard request.verb == .create else { throw .methodNotAllowed() }
            return .object(try writer.create(try object(request)), code: 201)
        }
        let subresource = request.subresource
        switch request.verb {
        case .get:
            return .object(try writer.current(name))
        case .update:
            return .object(try writer.update(name, to: try object(request), subresource: subresource))
        case .patch:
            let type = request.header("content-type") ?? ""
            if type.hasPrefix("application/strategic-merge-patch+json"), writer.resource.isBuiltIn {
                return .object(try writer.strategicPatch(name, with: try object(request)))
            }
            if type.hasPrefix("application/apply-patch+yaml") {
                guard request.query["fieldManager"]?.isEmpty == false else {
                    throw .badRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value")
                }
                return .object(try writer.apply(name, try object(request)))
            }
            guard type.hasPrefix("application/merge-patch+json") else { throw .unsupportedMediaType() }
            return .object(try writer.patch(name, with: try object(request), subresource: subresource))
        case .delete:
            let options = request.body.isEmpty ? [:] : try object(request)
            let object = try writer.delete(name, options: options)
            let isWaiting = object.json.hasDeletionTimestamp && !object.isGone(from: writer)
            return isWaiting ? .object(object) : .deleted(object, of: writer.resource)
        case .create, .list, .watch, .other:
            throw .methodNotAllowed()
        }
    }

    private func object(_ request: ReceivedRequest) throws(StatusError) -> [String: Any] {
        guard let object = JSONObject.decode(request.body) else {
            throw .badRequest("the object provided is unrecognized (must be of type Object): it is no JSON object")
        }
        return object
    }
}

extension StoredObject {
    /// It is stored no more.
    fileprivate func isGone(from writer: ObjectWriter) -> Bool {
        writer.store.collection(writer.resource).object(key) == nil
    }
}
