internal import AdmissionServer
internal import ArgumentParser
internal import LanguageServer
internal import Offline
internal import Reports

/// `lsp`: tells an editor what is wrong with manifests while they are written.
struct LanguageServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lsp",
        abstract: "Speak the Language Server Protocol over standard input and output.",
        discussion: """
            For editors, which start it themselves: diagnostics as you type, the explanation of a reason on hover, and fixes \
            where they are mechanical. It looks at YAML and JSON files that hold objects of Kubernetes.

            \(ExitCodes.languageServer.help)
            """
    )

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var state: StateOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var definitions: DefinitionOptions

    func run() throws {
        let check = DocumentCheck(
            policy: try policy.load(),
            namespace: namespace.value,
            statePaths: state.paths,
            definitions: try definitions.load(),
            now: Clocks.wall
        )
        var session = LanguageSession(check: check, version: ProductVersion.number)
        var buffer = MessageBuffer()
        while let bytes = try StandardInput.chunk() {
            buffer.append(bytes[...])
            while let message = try next(&buffer) {
                let outcome = session.handle(message)
                for answer in outcome.messages { StandardOutput.write(MessageBuffer.framed(answer)) }
                if let code = outcome.exitCode { throw ExitCode(code) }
            }
        }
    }

    private func next(_ buffer: inout MessageBuffer) throws(CommandFailure) -> ArraySlice<UInt8>? {
        do throws(MessageBuffer.Failure) {
            return try buffer.next()
        } catch {
            throw CommandFailure("standard input is not what an editor sends; let an editor start this command")
        }
    }
}
