internal import AdmissionServer
internal import ArgumentParser
internal import Reports

/// `version`: what this build is.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Print the version of this program and of what it is built with.",
        discussion: """
            EXAMPLES
              agentrun-admission version

            \(ExitCodes.version.help)
            """
    )

    func run() {
        var text = "agentrun-admission \(ProductVersion.number)\n"
        for component in ProductVersion().components { text += "\(component.name) \(component.version)\n" }
        StandardOutput.write(text)
    }
}
