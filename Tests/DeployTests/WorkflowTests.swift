import Foundation
import TestCheckout
import Testing

/// The workflows of `.github`, which nothing here runs: what they call is what this repository has.
@Suite struct `Workflows` {
    private static let folder = ".github/workflows"

    private static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: Checkout.root.appending(path: folder).path).sorted()
    }

    private func workflow(_ name: String) throws -> Value {
        let documents = try Value.documents(try Checkout.text("\(Self.folder)/\(name)"))
        #expect(documents.count == 1)
        return try #require(documents.first)
    }

    @Test func `are there for each change, night and week, and for a release`() throws {
        #expect(try Self.names() == ["checks.yaml", "nightly.yaml", "release.yaml", "weekly.yaml"])
        #expect(try Set(workflow("checks.yaml")["on"].object.keys) == ["push", "pull_request"])
        for name in ["nightly.yaml", "weekly.yaml"] {
            #expect(try workflow(name)["on"]["schedule"].array.count == 1)
        }
    }

    @Test(arguments: try names())
    func `do what scripts of this repository do`(name: String) throws {
        var count = 0
        for (job, value) in try workflow(name)["jobs"].object {
            for step in value["steps"].array {
                guard let command = step["run"].string else { continue }
                count += 1
                #expect(
                    Set(step.object.keys).isSubset(of: name == "release.yaml" ? ["run", "env"] : ["run"]),
                    "\(job)"
                )
                // An expression is one word, whatever its value is.
                let words = command.replacing(#/\$\{\{ *([a-z_.]+) *\}\}/#) { String($0.output.1) }.split(
                    separator: " "
                )
                let script = String(try #require(words.first))
                #expect(script.hasPrefix("scripts/") || script == ".ci/run", "\(job): \(command)")
                #expect(!command.contains(#/[;&|<>`\n]|\$\(/#), "\(job): \(command)")
                let path = Checkout.root.appending(path: script).path
                #expect(FileManager.default.isExecutableFile(atPath: path), "\(job): \(script)")
                let text = try Checkout.text(script)
                for option in words.dropFirst() where option.hasPrefix("--") && option != "--filter" {
                    #expect(text.contains("  \(option) "), "\(job): \(script) has no \(option)")
                }
            }
        }
        #expect(count > 0)
    }

    @Test(arguments: try names())
    func `run in what the image is built in, and not for ever`(name: String) throws {
        let builder = try #require(
            try Checkout.text("deploy/Containerfile").split(separator: "\n").first { $0.hasPrefix("ARG SWIFT_IMAGE=") }
        )
        for (job, value) in try workflow(name)["jobs"].object {
            if let container = value["container"].string {
                #expect(builder == "ARG SWIFT_IMAGE=\(container)", "\(job)")
            }
            #expect((value["timeout-minutes"].int ?? .max) <= 330, "\(job)")
        }
    }

    @Test(arguments: try names())
    func `may read the repository, and use others' steps by their commits`(name: String) throws {
        let workflow = try workflow(name)
        #expect(workflow["permissions"].stringMembers == ["contents": "read"])
        for (job, value) in workflow["jobs"].object {
            // Whoever may write releases may write the rest of the contents, too.
            #expect(
                value["permissions"].stringMembers == (name == "release.yaml" ? ["contents": "write"] : [:]),
                "\(job)"
            )
            for step in value["steps"].array {
                guard let action = step["uses"].string else { continue }
                #expect(action.wholeMatch(of: #/actions/checkout@[0-9a-f]{40}/#) != nil, "\(job): \(action)")
            }
        }
    }

    @Test func `release a tag, and show neither token nor key to what is built`() throws {
        let workflow = try workflow("release.yaml")
        #expect(workflow["on"]["push"]["tags"].strings == ["v[0-9]*"])
        let job = workflow["jobs"]["release"]
        // By the environment, so that the name of a tag is not taken for a command.
        #expect(job["env"].stringMembers == ["TAG": "${{ github.ref_name }}"])
        let steps = job["steps"].array
        #expect(steps.first?["with"]["persist-credentials"].bool == false)
        #expect(
            steps.dropFirst().compactMap { $0["run"].string } == [
                "scripts/release --from-image \"$TAG\"", "scripts/publish \"$TAG\"",
            ]
        )
        #expect(steps.dropLast().allSatisfy { $0["env"] == .null })
        let secrets = ["GH_TOKEN": "${{ github.token }}", "RELEASE_KEY": "${{ secrets.RELEASE_KEY }}"]
        #expect(steps.last?["env"].stringMembers == secrets)
        let publish = try Checkout.text("scripts/publish")
        for name in secrets.keys { #expect(publish.contains(name), "\(name)") }
    }

    @Test func `check what is checked before a merge, and more`() throws {
        let checks = try workflow("checks.yaml")["jobs"]
        #expect(checks["tests"]["steps"].array.last?["run"].string == ".ci/run")
        #expect(checks["sanitizers"]["strategy"]["matrix"]["sanitizer"].strings == ["thread", "address"])
        let check = try Checkout.text(".ci/run")
        for script in ["scripts/lint", "scripts/test", "scripts/test --release", "scripts/fuzz --seconds 20"] {
            #expect(check.contains("\(script)\n"), "\(script)")
        }
    }
}
