internal import JSONPull
package import Policy

/// Reads policy files.
package enum PolicyFile {
    /// A ConfigMap, where policies are kept, holds at most 1 MiB.
    private static let maximumBytes = 4 << 20

    /// The bytes of a policy file.
    package static func contents(of file: String) throws(CommandFailure) -> [UInt8] {
        try InputFile.contents(
            of: file,
            maximumBytes: maximumBytes,
            name: "policy \(file)",
            remedies: ("correct --policy or the file", "correct --policy")
        )
    }

    /// Checks and compiles the bytes of a policy file.
    package static func load(_ bytes: [UInt8], file: String) throws(CommandFailure) -> AdmissionPolicy {
        do throws(PolicyFileError) {
            return try AdmissionPolicy.load(bytes, file: file)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}
