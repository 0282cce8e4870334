internal import ArgumentParser
internal import CustomResources
internal import Offline

/// By which definitions objects are checked.
struct DefinitionOptions: ParsableArguments {
    @Option(
        name: .customLong("crds"),
        help: ArgumentHelp(
            """
            CustomResourceDefinitions by which objects are checked as the API server does; may be given several times. \
            Without any, names and types of the fields that rules read are known.
            """,
            valueName: "path"
        )
    )
    var paths: [String] = []

    /// Reads the definitions.
    func load() throws(CommandFailure) -> KindDefinitions { try DefinitionFiles.definitions(at: paths) }
}
