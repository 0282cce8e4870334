internal import JSONPull

#if canImport(FoundationEssentials)
private import FoundationEssentials
#else
private import Foundation
#endif

extension ExecPlugin.Cluster {
    /// `spec.cluster` of the ExecCredential a plugin gets.
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("server")
        writer.string(server)
        if let serverName {
            writer.key("tls-server-name")
            writer.string(serverName)
        }
        switch verification {
        case .skipped:
            writer.key("insecure-skip-tls-verify")
            writer.boolean(true)
        case .authorities(let pem?):
            writer.key("certificate-authority-data")
            writer.string(Data(pem).base64EncodedString())
        case .authorities(nil): break
        }
        writer.endObject()
    }
}

extension ExecCredential {
    /// Reads a plugin's output.
    init(decoding output: [UInt8], apiVersion: String) throws(JSONError) {
        var (kind, version) = ("", "")
        var status = Status()
        _ = try JSONReader.read(output) { reader throws(JSONError) in
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "kind": kind = try reader.readString() ?? ""
                case "apiVersion": version = try reader.readString() ?? ""
                case "status": try status.read(from: &reader)
                default: try reader.skipValue()
                }
            }
        }
        guard kind == "ExecCredential", version == apiVersion, status.isUsable else {
            throw JSONError(.unexpectedEnd, at: output.count)
        }
        token = status.token
        if let certificate = status.certificate, let key = status.key {
            identity = .init(certificatePEM: Array(certificate.utf8), privateKeyPEM: Array(key.utf8))
        }
        expirySeconds = status.expiry.flatMap { Self.seconds($0) }
    }

    /// `status`, as far as it is used.
    private struct Status {
        var token: String?
        var certificate: String?
        var key: String?
        var expiry: String?

        var isUsable: Bool { token != nil || (certificate != nil && key != nil) }

        mutating func read(from reader: inout JSONReader) throws(JSONError) {
            var status = self
            try reader.readMembers { reader, key throws(JSONError) in
                switch key {
                case "token": status.token = try reader.readNonEmptyString()
                case "clientCertificateData": status.certificate = try reader.readNonEmptyString()
                case "clientKeyData": status.key = try reader.readNonEmptyString()
                case "expirationTimestamp": status.expiry = try reader.readNonEmptyString()
                default: try reader.skipValue()
                }
            }
            self = status
        }
    }

    /// RFC 3339, with or without a fraction; what cannot be read counts as over, so that the plugin is asked again.
    private static func seconds(_ text: String) -> Int64 {
        let whole = Date.ISO8601FormatStyle()
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let date = (try? whole.parse(text)) ?? (try? fractional.parse(text))
        return date.map { Int64($0.timeIntervalSince1970) } ?? 0
    }
}
