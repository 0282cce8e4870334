import Foundation
import TestCheckout
import TestPrograms

/// The Helm chart, through `scripts/chart`.
enum Chart {
    /// Whether there is a Helm library for this machine; `scripts/test` installs it where there is one.
    static let canBeRendered = FileManager.default.fileExists(
        atPath: Checkout.root.appending(path: ".build/helm/helm_python").path
    )

    /// Helm did not render it.
    struct NotRendered: Error, CustomStringConvertible {
        var description: String
    }

    /// The objects of a release.
    ///
    /// - Parameters:
    ///   - values: YAML, over the chart's own.
    ///   - name: of the release.
    ///   - namespace: of the release.
    /// - Returns: what Helm would apply.
    /// - Throws: ``NotRendered`` for what Helm refuses.
    static func render(
        _ values: String,
        name: String = "agentrun-admission",
        namespace: String = "agentrun-admission"
    ) async throws -> Installation {
        let program = try await run("render", "--values", "-", "--name", name, "--namespace", namespace, input: values)
        guard program.status == 0 else { throw NotRendered(description: program.errors) }
        return Installation(objects: try Value.documents(program.output).filter { !$0.object.isEmpty })
    }

    static func run(_ arguments: String..., input: String = "") async throws -> Program {
        let script = Checkout.root.appending(path: "scripts/chart").path
        return try await Program.run(script, arguments, input: Array(input.utf8))
    }
}
