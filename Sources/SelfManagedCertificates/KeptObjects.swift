internal import KubernetesClient
package import TLS

/// The objects that certificates are kept in and made known by.
package struct KeptObjects: Hashable, Sendable {
    /// Of the Secret and the service.
    package var namespace: String
    package var secret: String
    /// The ValidatingWebhookConfiguration.
    package var configuration: String
    /// What its webhooks call.
    package var service: String
    /// What API servers call the server by: `SERVICE.NAMESPACE.svc`.
    package let serverName: SubjectAlternativeName

    /// - Throws: `TLSError.invalidName` when service and namespace make no DNS name.
    package init(namespace: String, secret: String, configuration: String, service: String) throws(TLSError) {
        (self.namespace, self.secret) = (namespace, secret)
        (self.configuration, self.service) = (configuration, service)
        serverName = try SubjectAlternativeName(parsing: "\(service).\(namespace).svc")
    }

    var secrets: WatchedResource {
        WatchedResource(group: "", version: "v1", resource: "secrets", namespace: namespace, objectName: secret)
    }

    var configurations: WatchedResource {
        WatchedResource(
            group: "admissionregistration.k8s.io",
            version: "v1",
            resource: "validatingwebhookconfigurations",
            objectName: configuration
        )
    }
}

/// What was asked of the API server.
enum KeptRequest: String {
    case get, create, update, patch

    /// Why it came to nothing, with what to do about it.
    func message(_ resource: WatchedResource, _ error: RequestError) -> String {
        let object = "\(resource.resource) \"\(resource.objectName ?? "")\""
        let place = resource.namespace.map { " in namespace \($0)" } ?? ""
        return "cannot \(rawValue) \(object)\(place): \(error)\(remedy(resource, error))"
    }

    private func remedy(_ resource: WatchedResource, _ error: RequestError) -> String {
        guard case .status(let status) = error else { return "" }
        switch (status.code, self) {
        case (401, _): return "; renew the token or client certificate"
        case (403, .create):
            return "; apply an empty Secret of that name, or grant the verb create on \(resource.resource)"
        case (403, _):
            let group = resource.group.isEmpty ? "\"\"" : resource.group
            return "; grant the verb \(rawValue) on \(resource.resource) (apiGroups: \(group)), resourceNames: "
                + "\(resource.objectName ?? ""), to this identity"
        case (404, .create): return "; create the namespace"
        default: return ""
        }
    }
}
