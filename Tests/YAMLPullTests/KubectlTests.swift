import Foundation
import JSONPull
import TestPatience
import TestPrograms
import Testing
import YAMLPull

/// What kubectl sends to the API server is what is read here.
@Suite(.limit(minutes: 5)) struct `YAML as kubectl reads it` {
    /// More of them with `YAML_DOCUMENTS=10000`.
    private static let count = ProcessInfo.processInfo.environment["YAML_DOCUMENTS"].flatMap { Int($0) } ?? 300

    @Test(arguments: [20_261_128]) func `merges the same`(seed: UInt64) async throws {
        let folder = try Folder()
        var documents = MergeDocuments(seed: seed)
        let texts = (0..<Self.count).map { _ in documents.next() }
        for (index, text) in texts.enumerated() {
            let object = "apiVersion: x/v1\nkind: X\nmetadata: {name: d\(index)}\nspec: \(text)\n"
            try folder.write(object, to: "\(index).yaml")
        }
        let sent = try await Self.sentByKubectl(folder.path)
        var read = 0
        for (index, text) in texts.enumerated() {
            let ours = try Self.read(try folder.text("\(index).yaml"))
            #expect(ours == sent["d\(index)"], "\(text)")
            if ours != nil { read += 1 }
        }
        #expect(read > texts.count / 2 && read < texts.count, "\(read) are good")
    }

    /// go-yaml counts what aliases multiply, and both sides of its line are tried here.
    @Test func `refuses the same alias bombs`() async throws {
        let folder = try Folder()
        let texts = (0..<40).flatMap { step in
            let items = Array(repeating: "x", count: 400).joined(separator: ",")
            let members = (0..<150).map { "k\($0): 1" }.joined(separator: ",")
            let aliases = Array(repeating: "*a", count: 100 + step * 3).joined(separator: ",")
            return ["{a: &a [\(items)], b: [\(aliases)]}", "{a: &a {\(members)}, b: {x: {<<: [\(aliases)]}, x: 1}}"]
        }
        for (index, text) in texts.enumerated() {
            try folder.write(
                "apiVersion: x/v1\nkind: X\nmetadata: {name: d\(index)}\nspec: \(text)\n",
                to: "\(index).yaml"
            )
        }
        let sent = try await Self.sentByKubectl(folder.path)
        for index in texts.indices {
            #expect(try Self.read(try folder.text("\(index).yaml")) == sent["d\(index)"], "\(index)")
        }
        #expect(sent.count > 10 && sent.count < texts.count - 10, "\(sent.count) are good")
    }

    /// The `spec` of each object of a folder as kubectl decodes it, by name; what it cannot read is not there.
    private static func sentByKubectl(_ folder: String) async throws -> [String: NSObject] {
        // `--local`: no API server is asked.
        let kubectl = try await Program.named("kubectl", "annotate", "--local", "-f", folder, "x=y", "-o", "json")
        var specs: [String: NSObject] = [:]
        for object in kubectl.output.components(separatedBy: "\n}\n") where !object.isEmpty {
            let json = try JSONSerialization.jsonObject(with: Data((object + "\n}").utf8)) as? [String: Any]
            let metadata = json?["metadata"] as? [String: Any]
            specs[try #require(metadata?["name"] as? String)] = json?["spec"] as? NSObject
        }
        return specs
    }

    private static func read(_ text: String) throws -> NSObject? {
        guard case .success(let document) = try #require(yamlResults(text).first) else { return nil }
        let json = try JSONSerialization.jsonObject(with: Data(document.json)) as? [String: Any]
        return json?["spec"] as? NSObject
    }
}
