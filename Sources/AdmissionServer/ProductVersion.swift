internal import AgentRuns
internal import JSONPull
internal import Policy

/// What this build is: the answer of `/version` and of the command `version`.
package struct ProductVersion: Sendable {
    /// The version of the product, by semantic versioning.
    package static let number = "0.1.0"

    /// A library this build runs with.
    package struct Component: Sendable {
        package var name: StaticString
        package var version: String

        package init(name: StaticString, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// In the order they are shown.
    package let components: [Component]

    /// - Parameter libraries: what is linked besides the Swift library.
    package init(libraries: [Component] = []) {
        components = [Component(name: "swift", version: Self.swiftVersion)] + libraries
    }

    /// The oldest compiler this can have been built with; a compiler does not tell its exact version.
    private static let swiftVersion: String = {
        #if compiler(>=6.5)
        ">=6.5"
        #elseif compiler(>=6.4)
        "6.4"
        #else
        "6.3"
        #endif
    }()

    /// `{"version": …, "swift": …, …}`, compact, with a final newline.
    ///
    /// Of a server, with the policy it judges by: `"policy": {"name": …, "generation": …, "sha256": …}`.
    func encoded(policy: AdmissionPolicy?) -> [UInt8] {
        var writer = JSONWriter(capacity: 128)
        writer.beginObject()
        writer.key("version")
        writer.string(Self.number)
        for component in components {
            writer.key(component.name)
            writer.string(component.version)
        }
        if let policy {
            writer.key("policy")
            writer.beginObject()
            writer.member("name", VisibleText.line(policy.name))
            writer.member("generation", policy.generation.rawValue)
            writer.member("sha256", policy.digest)
            writer.endObject()
        }
        writer.endObject()
        writer.newline()
        return writer.bytes
    }
}
