internal import ArgumentParser
internal import Reports

/// `rules`: what there is to complain about.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List the rules, their reasons and what those do by default.",
        discussion: """
            An action in brackets is the rule's default; one behind a reason is that reason's own. With --output markdown it \
            prints docs/rules.md, with an example and the fix for every reason.

            EXAMPLES
              agentrun-admission rules
              agentrun-admission rules --output json | jq -r '.rules[].id'

            \(ExitCodes.rules.help)
            """
    )

    @Option(help: "text, json or markdown.")
    var output = OutputForm<RulesReport>.first

    func run() {
        StandardOutput.write(output.output(RulesReport()))
    }
}
