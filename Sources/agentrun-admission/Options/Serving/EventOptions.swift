internal import ArgumentParser

/// Whether people are told by Events.
struct EventOptions: ParsableArguments {
    enum Choice: String, CaseIterable, ExpressibleByArgument {
        case on
        case off
    }

    @Option(
        help: ArgumentHelp(
            "Where the cluster is watched, write Events: of warnings and claims on the run, of denials on the namespace. Needs the right to create and patch them."
        )
    )
    var events = Choice.off
}
