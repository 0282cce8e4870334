internal import ArgumentParser
internal import Policy

/// `rules`: what there is to complain about.
struct RulesCommand: ParsableCommand {
    /// How the catalogue is printed.
    enum Output: String, CaseIterable, ExpressibleByArgument {
        case text
        case json
        case markdown
    }

    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List the rules, their reasons and what those do by default.",
        discussion: """
            An action in brackets is the rule's default; one behind a reason is that reason's own. With --output markdown it \
            prints docs/rules.md, with an example and the fix for every reason.

            EXAMPLES
              agentrun-admission rules
              agentrun-admission rules --output json | jq -r '.rules[].id'

            EXIT CODES
              0  printed
              2  the command is wrong, or standard output cannot be written
            """
    )

    @Option(help: "text, json or markdown.")
    var output = Output.text

    func run() {
        switch output {
        case .text: StandardOutput.write(RuleCatalogue.text)
        case .json: StandardOutput.write(RuleCatalogue.json)
        case .markdown: StandardOutput.write(RuleCatalogue.markdown)
        }
    }
}
