import TestPrograms
import Testing

extension Folder {
    /// Makes `NAME.crt`, a certificate that is its own authority, and `NAME.key`.
    func makeClientCertificate(_ name: String, use: String = "clientAuth") async throws {
        let made = try await Program.named(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=\(name)",
            "-addext",
            "extendedKeyUsage=\(use)",
            "-keyout",
            path("\(name).key"),
            "-out",
            path("\(name).crt")
        )
        #expect(made.status == 0, "\(made.errors)")
    }
}
