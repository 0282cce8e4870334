import ClusterState
import Foundation
import SimulationSupport
import TestRandomness

@testable import AdmissionServer

/// Files that are read again when they change, and one that is written and rotated, through a year.
struct FileYear {
    /// A file as the year has it.
    // Unchecked: it belongs to the thread that lives through the year.
    private final class OneFile: FileSystem, @unchecked Sendable {
        var stamp: Int64? = 0

        func entry(at path: String) throws(FileSystemError) -> FileEntry {
            guard let stamp else { throw FileSystemError(code: .notFound, reason: "gone") }
            let identity = FileStamp.Identity(device: 1, number: 1)
            let whole = FileStamp(identity: identity, size: 1, modified: stamp, changed: stamp)
            return FileEntry(kind: .file, stamp: whole)
        }

        func names(in folder: String) throws(FileSystemError) -> [String] { [] }
        func contents(of path: String, maximumBytes: Int) throws(FileSystemError) -> [UInt8]? { nil }
    }

    private struct Unusable: Error, CustomStringConvertible {
        var description: String
    }

    private static let rotatedFiles = 3
    private static let maximumBytes = 2000

    let plan: YearPlan
    var random: SplitMix

    mutating func run() throws(Violation) {
        try reload()
        if random.happens(100) { try rotate() }
    }

    /// Certificates and policies come, half, expired, not valid yet or good, or go; a look every two seconds after each change.
    private mutating func reload() throws(Violation) {
        let file = OneFile()
        let reloader = FileReloader<Int64>(paths: ["a"], files: file)
        var time: Int64 = 0
        var (used, isGood, goodFrom) = (Int64(0), true, Int64(0))
        while time < YearPlan.length {
            time += random.draw(YearPlan.minute...(20 * YearPlan.day))
            isGood = random.happens(500)
            // Not valid yet, which is found good without another change.
            goodFrom = isGood && random.happens(300) ? time + 9 * YearPlan.second : time
            file.stamp = isGood || random.happens(800) ? time : nil
            let changed = time
            var told = 0
            for _ in 0..<7 {
                let look = time
                var loaded: Int64?
                reloader.look {
                    guard isGood, look >= goodFrom else { throw Unusable(description: "not valid at \(look)") }
                    return changed
                } onEvent: { event in
                    switch event {
                    case .loaded(let value): loaded = value
                    case .failed: told += 1
                    }
                }
                if let loaded { used = loaded }
                time += 2 * YearPlan.second
            }
            if told > 1 { throw violation(time, "one change was told of \(told) times") }
            if isGood, used != changed { throw violation(time, "good files are not in use") }
            if !isGood, used == changed { throw violation(time, "bad files are in use") }
        }
    }

    /// Decisions are written in spells; somebody else may move the file away.
    private mutating func rotate() throws(Violation) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "year-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let path = folder.appending(path: "decisions").path
            let location = DecisionFile.Location(
                path: path,
                maximumBytes: Self.maximumBytes,
                rotatedFiles: Self.rotatedFiles
            )
            var file = try DecisionFile(opening: location)
            for day in stride(from: 0, to: 400, by: 4) {
                if random.happens(30) {
                    try? FileManager.default.removeItem(atPath: "\(path).moved")
                    try FileManager.default.moveItem(atPath: path, toPath: "\(path).moved")
                }
                _ = try file.reopenIfMoved()
                let line = [UInt8](repeating: UInt8(ascii: "x"), count: Int(random.draw(1...300))) + [10]
                if file.needsRotation(for: line.count) { try file.rotate() }
                var written = 0
                try file.write(line, from: &written)
                let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
                if names.count > Self.rotatedFiles + 2 || size > Self.maximumBytes {
                    throw violation(Int64(day) * YearPlan.day, "\(names.count) files, \(size) bytes")
                }
            }
        } catch let error as Violation {
            throw error
        } catch {
            throw violation(0, "\(error)")
        }
    }

    private func violation(_ time: Int64, _ text: String) -> Violation {
        Violation(strand: "files", time: time, text: text)
    }
}
