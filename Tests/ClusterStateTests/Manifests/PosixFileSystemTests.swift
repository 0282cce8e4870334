import ClusterState
import Foundation
import JSONPull
import Policy
import Testing

@Suite struct `Files of this machine` {
    @Test func `folders, links and sizes are read as they are`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("manifests-\(UUID().uuidString)")
        let below = folder.appendingPathComponent("sub")
        try FileManager.default.createDirectory(at: below, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(runJSON("a").utf8).write(to: below.appendingPathComponent("a.json"))
        let large = listJSON((0..<200).map { runJSON("run-\($0)", head: "codex/\($0)") })
        try Data(large.utf8).write(to: folder.appendingPathComponent("large.json"))
        try FileManager.default.createSymbolicLink(
            at: below.appendingPathComponent("up"),
            withDestinationURL: folder
        )
        let store = ClusterStore()
        let source = ManifestsSource()
        let loaded = try source.load([folder.path], projection: store.projection)
        #expect(loaded.report.files == 2)
        #expect(loaded.report.bytes == large.utf8.count + runJSON("a").utf8.count)
        #expect(loaded.report.objects == [.agentRun: 201])
        let system = PosixFileSystem()
        let path = folder.path + "/large.json"
        #expect(try system.contents(of: path, maximumBytes: large.utf8.count)?.count == large.utf8.count)
        #expect(try system.contents(of: path, maximumBytes: large.utf8.count - 1) == nil)
        #expect(throws: FileSystemError.self) { try system.entry(at: folder.path + "/none") }
        #expect(throws: FileSystemError.self) { try system.names(in: path) }
    }
}
