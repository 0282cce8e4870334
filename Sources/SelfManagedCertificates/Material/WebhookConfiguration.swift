internal import FoundationEssentials
internal import JSONPull
internal import KubernetesClient
internal import TLS

/// A ValidatingWebhookConfiguration, as far as its bundles go.
struct WebhookConfiguration: Sendable {
    /// A service as `clientConfig` names it.
    struct Service: Hashable, Sendable {
        var namespace: String
        var name: String
    }

    /// The `caBundle` of one webhook.
    struct Bundle: Sendable {
        var webhook: String
        /// All there are, in order.
        var certificates: [AuthorityCertificate]
        /// It cannot be read.
        var isDamaged: Bool
    }

    let resourceVersion: String
    /// Of the webhooks that call the service.
    let bundles: [Bundle]
    private let generation: String?
    /// When a field of it was last set by anybody; nil when that is not told.
    let changed: UnixTime?

    static func decode(_ body: [UInt8], service: Service) throws(AnswerProblem) -> WebhookConfiguration {
        var fields = Fields()
        try AnswerProblem.readMembers(of: body) { reader, key throws(JSONError) in try fields.read(key, from: &reader) }
        guard let version = fields.resourceVersion else {
            throw .unexpected("no metadata.resourceVersion, so it is no ValidatingWebhookConfiguration")
        }
        let bundles = fields.webhooks.filter { $0.service == service }.map { Bundle($0.name, base64: $0.caBundle) }
        return WebhookConfiguration(
            resourceVersion: version,
            bundles: bundles,
            generation: fields.generation,
            changed: fields.changed
        )
    }

    fileprivate struct Webhook {
        var name = ""
        var service: Service?
        var caBundle = ""
    }

    private struct Fields {
        var resourceVersion: String?
        var generation: String?
        var changed: UnixTime?
        var webhooks: [Webhook] = []

        mutating func read(_ key: JSONKey, from reader: inout JSONReader) throws(JSONError) {
            switch key {
            case "metadata":
                var (version, number): (String?, String?)
                var changed: UnixTime?
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "resourceVersion": version = try reader.readNonEmptyString()
                    case "generation": number = try reader.readNumber()
                    case "managedFields":
                        changed = nil
                        var isWhole = true
                        try reader.readElements { reader, _ throws(JSONError) in
                            guard let time = try Self.time(ofManager: &reader) else {
                                isWhole = false
                                return
                            }
                            changed = max(changed ?? time, time)
                        }
                        // Of what is not told nothing is known.
                        if !isWhole { changed = nil }
                    default: try reader.skipValue()
                    }
                }
                (resourceVersion, generation, self.changed) = (version, number, changed)
            case "webhooks":
                var webhooks: [Webhook] = []
                try reader.readElements { reader, _ throws(JSONError) in webhooks.append(try Webhook(from: &reader)) }
                self.webhooks = webhooks
            default: try reader.skipValue()
            }
        }

        /// `time` of an entry of `metadata.managedFields`.
        private static func time(ofManager reader: inout JSONReader) throws(JSONError) -> UnixTime? {
            var time: UnixTime?
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "time": time = try reader.readString().flatMap { UnixTime($0) }
                default: try reader.skipValue()
                }
            }
            return time
        }
    }

    var facts: ConfigurationFacts {
        ConfigurationFacts(
            version: generation.map { "generation \($0)" } ?? resourceVersion,
            bundles: bundles.map { bundle in
                ConfigurationFacts.Bundle(
                    authorities: Set(bundle.certificates.filter(CertificateIssuer.resemblesOwn).map(\.facts)),
                    isDamaged: bundle.isDamaged
                )
            },
            changed: changed
        )
    }

    /// A strategic merge patch that puts `authorities` into the bundle of each of these webhooks, before what is there of
    /// others, and is refused by the API server when the configuration has changed since.
    ///
    /// Webhooks are merged by name: nothing else of them is touched.
    ///
    /// - Parameters:
    ///   - authorities: what each bundle is to hold of ours.
    ///   - isLeaving: whether one that resembles ours goes, unless it is wanted.
    /// - Returns: the body of the request.
    func patch(_ authorities: [AuthorityCertificate], _ isLeaving: (AuthorityFacts) -> Bool) -> [UInt8] {
        let wanted = Set(authorities.map(\.fingerprint))
        let pem = authorities.map(\.pem).joined()
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("metadata")
        writer.beginObject()
        writer.member("resourceVersion", resourceVersion)
        writer.endObject()
        writer.key("webhooks")
        writer.beginArray()
        for bundle in bundles {
            let others = bundle.certificates.filter { certificate in
                !wanted.contains(certificate.fingerprint)
                    && !(CertificateIssuer.resemblesOwn(certificate) && isLeaving(certificate.facts))
            }
            writer.beginObject()
            writer.member("name", bundle.webhook)
            writer.key("clientConfig")
            writer.beginObject()
            writer.member("caBundle", Data((pem + others.map(\.pem).joined()).utf8).base64EncodedString())
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension WebhookConfiguration.Bundle {
    /// One that is damaged holds nothing that can be relied on.
    fileprivate init(_ webhook: String, base64: String) {
        self.webhook = webhook
        let data = Data(base64Encoded: base64)
        let text = data.flatMap { String(validating: $0, as: UTF8.self) } ?? ""
        let all = try? AuthorityCertificate.all(inPEM: text)
        certificates = all ?? []
        isDamaged = !base64.isEmpty && all == nil
    }
}

extension WebhookConfiguration.Webhook {
    fileprivate init(from reader: inout JSONReader) throws(JSONError) {
        var (name, bundle): (String, String) = ("", "")
        var service: WebhookConfiguration.Service?
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "name": name = try reader.readString() ?? ""
            case "clientConfig":
                try reader.readMembers { reader, key throws(JSONError) in
                    switch key {
                    case "service": service = try WebhookConfiguration.Service(from: &reader)
                    case "caBundle": bundle = try reader.readString() ?? ""
                    default: try reader.skipValue()
                    }
                }
            default: try reader.skipValue()
            }
        }
        self.init(name: name, service: service, caBundle: bundle)
    }
}

extension WebhookConfiguration.Service {
    /// Nil when it is no object, as of a webhook that has a URL.
    fileprivate init?(from reader: inout JSONReader) throws(JSONError) {
        var (namespace, name) = ("", "")
        let isObject = try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "namespace": namespace = try reader.readString() ?? ""
            case "name": name = try reader.readString() ?? ""
            default: try reader.skipValue()
            }
        }
        guard isObject else { return nil }
        self.init(namespace: namespace, name: name)
    }
}
