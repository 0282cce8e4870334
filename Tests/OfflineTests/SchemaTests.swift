import CustomResources
import JSONPull
import Offline
import Policy
import Reports
import TestPrograms
import Testing

@Suite struct `Checking by what the API server knows` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func check(_ files: [String], crds: [String] = [], hasExcerpts: Bool = false) throws -> CheckReport {
        let definitions = try DefinitionFiles.definitions(at: crds)
        return try Check(policy: try policy(), namespace: "agents", definitions: definitions, hasExcerpts: hasExcerpts)
        { noon }
        .report(files)
    }

    private static let definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: things.example.com }
        spec:
          group: example.com
          names: { kind: Thing, plural: things }
          scope: Namespaced
          versions:
          - name: v1
            served: true
            storage: true
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    required: [size]
                    properties: { size: { type: integer, maximum: 9 } }
        """

    @Test func `refuses what is mistyped, with its place, and judges it all the same`() throws {
        let run = runYAML("one", repository: "other/app").replacing("type: job", with: "type: Job")
        let report = try check([try folder.write(run, to: "run.yaml")])
        let entry = try #require(report.entries.first)
        #expect(entry.told.map(\.reason).prefix(2) == ["InvalidField", "RepositoryNotAllowed"])
        #expect(entry.told.first?.position == SourcePosition(line: 7, column: 14))
        #expect(!entry.isAllowed && report.exitStatus(failingOn: .deny) == .refused)
    }

    @Test func `warns of names that are near known ones`() throws {
        let run = runYAML("one").replacing("parameters:", with: "paramters:")
        let report = try check([try folder.write(run, to: "run.yaml")])
        let unknown = try #require(report.entries.first?.told.first { $0.reason == "UnknownField" })
        #expect(
            unknown.message == #"unknown field "spec.paramters""#
                && unknown.remedy.contains("(did you mean parameters?)")
        )
        #expect(unknown.position == SourcePosition(line: 8, column: 3))
        #expect(report.exitStatus(failingOn: .deny) == .good && report.exitStatus(failingOn: .warn) == .refused)
        #expect(text(report).contains("one: allowed with warnings\n"))
    }

    @Test func `refuses names and labels that the API server refuses`() throws {
        let run = runYAML("one").replacing("{ name: one }", with: "{ name: one, labels: { team: a b, \"a b\": x } }")
        let report = try check([try folder.write(run, to: "run.yaml")])
        #expect(
            report.entries.first?.told.filter { $0.reason == "InvalidField" }.map(\.field) == [
                "metadata.labels.team", #"metadata.labels["a b"]"#,
            ]
        )
        #expect(text(report).contains("refused by the API server"))
    }

    @Test func `checks every kind that is defined`() throws {
        let crd = try folder.write(Self.definition, to: "crds/thing.yaml")
        let thing = "apiVersion: example.com/v1\nkind: Thing\nmetadata: { name: a }\nspec: { size: 12 }\n"
        let file = try folder.write(thing + "---\n" + thing.replacing("12", with: "3"), to: "things.yaml")
        #expect(try check([file]).skipped == 2)
        let report = try check([file], crds: [crd])
        #expect(report.skipped == 1 && report.entries.map(\.title) == ["Thing agents/a"])
        #expect(report.entries.first?.told.map(\.message) == ["Invalid value: 12: should be less than or equal to 9"])
        #expect(report.entries.first?.told.first?.position == SourcePosition(line: 4, column: 9))
    }

    @Test func `knows of no definitions what it cannot read`() throws {
        let other = try folder.write("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\n", to: "other.yaml")
        let broken = try folder.write(Self.definition + "\n  - [", to: "broken.yaml")
        let empty = try folder.write(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {}\n",
            to: "empty.yaml"
        )
        for (path, part) in [
            (other, "nothing is defined there"), (broken, "broken.yaml:"), (empty, "no kind with versions"),
            ("/nowhere", "No such file"),
        ] {
            let failure = #expect(throws: CommandFailure.self) { try DefinitionFiles.definitions(at: [path]) }
            #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
        }
    }

    @Test func `shows the line it is about, and no text of a prompt`() throws {
        let run =
            runYAML("one").replacing("type: job", with: "type: Job")
            + "  systemPrompt: hidden words\n  systemPromptRef: { kind: x }\n"
        let report = try check([try folder.write(run, to: "run.yaml")], hasExcerpts: true)
        let shown = text(report)
        #expect(shown.contains("\n       |   … type: …\n") || shown.contains("| "), "\(shown)")
        #expect(shown.contains("^") && !shown.contains("hidden words"), "\(shown)")
        #expect(shown.contains("by rule:\n  api-server "))
    }
}
