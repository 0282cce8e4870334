internal import ClusterState
package import CustomResources
internal import JSONPull

/// Reads CustomResourceDefinitions from files and folders.
package enum DefinitionFiles {
    /// The kinds that are defined at and below `paths`, before those this program knows by itself.
    ///
    /// - Throws: ``CommandFailure`` when a path cannot be read, holds no definition, or one that cannot be read.
    package static func definitions(at paths: [String]) throws(CommandFailure) -> KindDefinitions {
        var definitions = KindDefinitions.embedded
        for path in paths { try add(path, to: &definitions) }
        return definitions
    }

    private static func add(_ path: String, to definitions: inout KindDefinitions) throws(CommandFailure) {
        let limits = ManifestsLimits()
        let found = ManifestsSource().found(at: path)
        if let problem = found.problems.first {
            throw CommandFailure("cannot read --crds \(problem.path): \(problem.reason); \(problem.remedy)")
        }
        var count = 0
        var problem: FileProblem?
        for file in found.files {
            let text = try InputFile.contents(
                of: file.path,
                maximumBytes: limits.maximumFileBytes,
                name: "--crds \(file.path)",
                remedies: ("let this user read it", "split it")
            )
            ManifestReader.objects(in: text, file: file.path) { item in
                switch item {
                case .object(let object) where isDefinition(object):
                    if unsafe definitions.add(definition: object.json) {
                        count += 1
                    } else {
                        problem = FileProblem(
                            file: file.path,
                            position: object.origin.start,
                            message: "no kind with versions is defined here (export it with kubectl get crd)"
                        )
                    }
                case .object, .noObject: break
                case .problem(let found), .refused(let found):
                    if found.severity == .error { problem = problem ?? found }
                }
            }
        }
        if let problem { throw CommandFailure("cannot read --crds \(problem.description)") }
        if count == 0 {
            let remedy = "name CustomResourceDefinitions of apiextensions.k8s.io/v1, as kubectl get crd has them"
            throw CommandFailure("cannot use --crds \(path): nothing is defined there; \(remedy)")
        }
    }

    private static func isDefinition(_ object: ManifestObject) -> Bool {
        object.group == "apiextensions.k8s.io" && object.version == "v1" && object.kind == "CustomResourceDefinition"
    }
}
