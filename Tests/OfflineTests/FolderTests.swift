import Foundation
import JSONPull
import Offline
import Policy
import Reports
import TestPrograms
import Testing

/// Folders as people have them: links that lead nowhere, files of other programs, names of other encodings.
@Suite struct `Checking folders` {
    private let folder: Folder

    init() throws {
        folder = try Folder()
    }

    private func report(
        _ arguments: [String]? = nil,
        isStrict: Bool = false,
        excluded: [String] = []
    ) throws -> CheckReport {
        let check = Check(policy: try policy(), namespace: "agents", isStrict: isStrict, excluded: excluded) { noon }
        return try check.report(arguments ?? [folder.path])
    }

    private func names(_ report: CheckReport) -> [String] {
        report.entries.map { String($0.source.dropFirst(folder.path.utf8.count + 1)) }
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: target)
    }

    @Test func `tells each thing that cannot be read, and judges the rest`() async throws {
        try folder.write(runYAML("good"), to: "good.yaml")
        try folder.write(runYAML("deep", head: "codex/deep"), to: "sub/deep.yaml")
        try link("dangling.yaml", to: "/nowhere")
        try link("circle.yaml", to: "circle.yaml")
        _ = try await Program.named("mkfifo", folder.path("pipe.yaml"))
        let perl = "open(my $f, '>', \"$ARGV[0]/caf\\xe9.yaml\") or die"
        let made = try await Program.named("perl", "-e", perl, folder.path)
        #expect(made.status == 0, "\(made.errors)")
        let report = try report()
        #expect(names(report) == ["good.yaml", "sub/deep.yaml"])
        #expect(report.exitStatus(failingOn: .deny) == .failed && report.errors.count == 4, "\(report.problemText)")
        for part in [
            "/caf\u{FFFD}.yaml: the name is no UTF-8 (rename it)", "/circle.yaml: Too many levels of symbolic links (",
            "/dangling.yaml: No such file or directory (", "/pipe.yaml: neither a file nor a folder (",
        ] {
            #expect(report.errors.contains { $0.description.contains(part) }, "\(part): \(report.problemText)")
        }
    }

    /// Found in a folder they are other programs' business; named, they are a mistake.
    static let others = [
        "tsconfig.json": "{\n  // A comment.\n  \"compilerOptions\": { \"strict\": true, },\n}\n",
        "playbook.yml": "- hosts: all\n  tasks: []\n", "values.yaml": "replicas: 1\nkind: Deployment\n",
        "Chart.yaml": "apiVersion: v2\nname: chart\n", "note.yaml": "# nothing\n---\n", "list.json": "[1, 2]",
        "template.yaml": "{{ if .Values.x }}\na: b\n{{ end }}\n", "word.yaml": "hello\n",
    ]

    @Test(arguments: others.keys.sorted())
    func `passes over files without an object, unless they are named`(name: String) throws {
        try folder.write(runYAML("good"), to: "good.yaml")
        let path = try folder.write(Self.others[name] ?? "", to: name)
        let found = try report()
        #expect(found.errors.isEmpty && found.filesWithoutObject == 1, "\(found.problemText)")
        #expect(text(found).contains("1 file without an object skipped"))
        #expect(found.exitStatus(failingOn: .deny) == .good)
        #expect(try report([folder.path("*.*")]).filesWithoutObject == 1)
        #expect(try report(isStrict: true).errors.map(\.file) == [path])
        let named = try report([path])
        #expect(!named.errors.isEmpty && named.errors.allSatisfy { $0.file == path } && named.filesWithoutObject == 0)
        #expect(named.exitStatus(failingOn: .deny) == .failed)
    }

    @Test(arguments: [
        "kind: [", "{\n  // x\n  \"apiVersion\": \"v1\"\n}\n", "kind: AgentRun\nmetadata: { name: x }\n",
        "apiVersion: v1\nmetadata: { name: x }\n", "\"kind\" : \"AgentRun\n",
    ])
    func `does not pass over what was meant to be an object`(text: String) throws {
        try folder.write(text, to: "meant.yaml")
        let report = try report()
        #expect(report.filesWithoutObject == 0 && report.exitStatus(failingOn: .deny) == .failed, "\(text)")
    }

    @Test func `tells of a document beside objects that is none`() throws {
        try folder.write(runYAML("one") + "---\nreplicas: 1\n", to: "both.yaml")
        let report = try report()
        #expect(report.entries.count == 1 && report.errors.map(\.position?.line) == [11], "\(report.problemText)")
        #expect(report.errors.first?.message.contains("kind is missing") == true)
    }

    @Test func `leaves out what patterns say, and judges what is named`() throws {
        for name in ["a.yaml", "old/b.yaml", "old/keep/c.yaml", "new/old.yaml", "new/d.yaml"] {
            let run = name.split(separator: "/").last?.prefix { $0 != "." } ?? ""
            try folder.write(runYAML(String(run), head: "codex/\(run)"), to: name)
        }
        #expect(try names(report(excluded: ["old"])) == ["a.yaml", "new/d.yaml", "new/old.yaml"])
        #expect(try names(report(excluded: ["old*"])) == ["a.yaml", "new/d.yaml"])
        #expect(try names(report(excluded: ["/new/", "[a-b].yaml"])) == ["old/keep/c.yaml"])
        #expect(try names(report(excluded: ["*.yaml", "!d.yaml"])) == ["new/d.yaml"])
        #expect(
            try names(report([folder.path("**/*.yaml")], excluded: ["old"])) == [
                "a.yaml", "new/d.yaml", "new/old.yaml",
            ]
        )
        #expect(try names(report([folder.path("a.yaml")], excluded: ["*"])) == ["a.yaml"])
        let none = try report(excluded: ["*"])
        #expect(none.errors.first?.message.contains("that is not left out") == true)
    }

    @Test func `leaves out what ignore files say, each for its own folder`() throws {
        for name in ["a.yaml", "x/a.yaml", "x/b.yaml", "x/y/a.yaml", "z/a.yaml"] {
            let run = name.replacing("/", with: "-").replacing(".yaml", with: "")
            try folder.write(runYAML(run), to: name)
        }
        try folder.write("# Not these.\n/a.yaml\nz/\n\n", to: ".agentrunignore")
        try folder.write("a.yaml\r\n!/a.yaml\r\n", to: "x/.agentrunignore")
        #expect(try names(report()) == ["x/a.yaml", "x/b.yaml"])
        // What the command says goes first.
        #expect(try names(report(excluded: ["!a.yaml", "b.yaml"])) == ["a.yaml", "x/a.yaml", "x/y/a.yaml"])
    }

    @Test func `takes more state from folders with things that cannot be read`() throws {
        let file = try folder.write(runYAML("one", head: "codex/x"), to: "run.yaml")
        try folder.write(runYAML("two", head: "codex/x"), to: "state/two.yaml")
        try link("state/gone.yaml", to: "/nowhere")
        let check = Check(policy: try policy(), namespace: "agents", statePaths: [folder.path("state")]) { noon }
        let report = try check.report([file])
        #expect(report.entries.map(\.verdict.allowed) == [false])
        #expect(report.errors.map(\.file) == [folder.path("state/gone.yaml")])
    }
}
