import FakeAPIServer
import Foundation

/// Bearer tokens that last until the next: as a kubelet's, but without the time in which both are good.
struct TokenRenewal: Sendable {
    let server: FakeAPIServer
    let file: String

    /// Puts another token into the file, whole, and takes only that from then on.
    func renew() async throws {
        let token = UUID().uuidString
        try token.write(toFile: file, atomically: true, encoding: .utf8)
        try await server.require(bearerToken: token)
    }

    func renew(everySeconds seconds: Int) async throws {
        while true {
            try await Task.sleep(for: .seconds(seconds))
            try await renew()
        }
    }

    /// The kubeconfig with the file's name in place of the token itself.
    func naming(in kubeconfig: String) -> String {
        kubeconfig.replacing(/token: "[^"]*"/, with: "tokenFile: \"\(file)\"")
    }
}
