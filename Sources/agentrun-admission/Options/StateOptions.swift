internal import ArgumentParser

/// Where the cluster state comes from.
struct StateOptions: ParsableArguments {
    @Option(
        name: .customLong("state"),
        help: ArgumentHelp(
            "Folder or file of manifests that are the cluster state; may be given several times.",
            valueName: "path"
        )
    )
    var paths: [String] = []
}
