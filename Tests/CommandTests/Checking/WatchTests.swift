import Foundation
import TestPatience
import TestPrograms
import Testing

@Suite(.limit(minutes: 2)) struct `check --watch` {
    @Test func `judges again when a file changes, comes or goes`() async throws {
        let folder = try Folder()
        try folder.write(Reviews.manifest("one"), to: "runs/one.yaml")
        let log = try folder.write("", to: "log")
        let program = try await RunningProgram.start(
            Program.underTest,
            ["check", "--watch", "--exclude", "*.tmp.yaml", folder.path("runs")],
            log: log
        )
        /// Waits until the last sum is that of so many objects, and the reports are so many.
        func expect(_ sum: String, reports: Int) async throws {
            while true {
                let text = try folder.text("log")
                if text.ranges(of: " allowed with warnings, ").count >= reports {
                    let last = text.split(separator: "\n").last ?? ""
                    #expect(
                        last.hasPrefix(sum) && text.ranges(of: " allowed with warnings, ").count == reports,
                        "\(text)"
                    )
                    return
                }
                try #require(program.isRunning)
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        try await expect("1 object: 0 denied", reports: 1)
        try folder.write(Reviews.manifest(String(repeating: "n", count: 64)), to: "runs/one.yaml")
        try await expect("1 object: 1 denied", reports: 2)
        // Nobody is told of what is left out.
        try folder.write("kind: [", to: "runs/x.tmp.yaml")
        try folder.write(Reviews.manifest("two", head: "codex/two"), to: "runs/two.yaml")
        try await expect("2 objects: 1 denied", reports: 3)
        try FileManager.default.removeItem(atPath: folder.path("runs/one.yaml"))
        try await expect("1 object: 0 denied", reports: 4)
        _ = try await program.stop()
    }

    @Test func `needs files`() async throws {
        let program = try await Program.agentrunAdmission("check", "--watch", "-")
        #expect(program.status == 2 && program.errors.contains("standard input is read once"))
    }
}
