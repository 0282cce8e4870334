import Foundation
import TestPatience
import TestRandomness
import Testing

@testable import KubernetesClient
@testable import SelfManagedCertificates

/// Memory and descriptors are one process's: each of these has a process of its own, which does nothing else.
@Suite(.apart) struct `What years leave behind` {
    /// Caches are filled and arenas grown by then.
    private static let first = UInt64(1)...20
    private static let next = UInt64(21)...80
    /// Beyond what pages and pools of the allocator make of the same work: 50 KiB a year.
    private static let slackBytes = 3 << 20

    @Test func `is no memory and no descriptor`() async {
        await #expect(processExitsWith: .success) {
            for seed in Self.first { _ = try Year(seed: seed).run() }
            let before = Held()
            for seed in Self.next { _ = try Year(seed: seed).run() }
            let after = Held()
            print("before: \(before), after: \(after)")
            guard after.descriptors == before.descriptors, after.bytes < before.bytes + Self.slackBytes else { exit(1) }
        }
    }

    /// The same with 64 KiB more each year.
    @Test func `is seen where it is planted`() async {
        await #expect(processExitsWith: .failure) {
            for seed in Self.first { _ = try Year(seed: seed).run() }
            let before = Held()
            var kept: [[UInt8]] = []
            for seed in Self.next {
                _ = try Year(seed: seed).run()
                kept.append([UInt8](repeating: UInt8(truncatingIfNeeded: seed), count: 64 << 10))
            }
            let after = Held()
            print("before: \(before), after: \(after)")
            guard after.bytes < before.bytes + Self.slackBytes, !kept.isEmpty else { exit(1) }
        }
    }

    private struct Held {
        /// Resident: what was freed is given back first.
        let bytes: Int
        let descriptors: Int

        init() {
            let statm = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
            let fields = statm.split(separator: " ")
            bytes = (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * 4096
            descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0
        }
    }
}
