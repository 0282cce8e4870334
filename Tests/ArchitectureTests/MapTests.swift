import Foundation
import TestCheckout
import Testing

/// The map of docs/architecture.md, against the folders and files there are.
@Suite struct `The map` {
    /// The lines of the page's section, and of its tables the cells.
    private static func rows(below heading: String) throws -> [[String]] {
        let page = try Checkout.text("docs/architecture.md").split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(page.firstIndex { $0 == heading }, "no \(heading) in docs/architecture.md")
        return page[(start + 1)...].prefix { !$0.hasPrefix("#") }.filter { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// What stands in back-ticks.
    private static func quoted(_ text: String) -> [String] { text.matches(of: /`([^`]+)`/).map { String($0.output.1) } }

    /// How many Swift files lie loose in each folder below `Sources`, by its path from there.
    private static func looseFiles() -> [String: Int] {
        let root = Checkout.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".swift") }.reduce(into: [:]) { counts, file in
            counts[(file as NSString).deletingLastPathComponent, default: 0] += 1
        }
    }

    @Test func `has a line for every room, and none for what is not there`() throws {
        let targets = try Set(Self.rows(below: "## 2. Targets (Sources/)").flatMap { Self.quoted($0[0]) })
        let rooms = try Self.rows(below: "## 8. The map").flatMap { Self.quoted($0[0]) }
        for room in rooms { #expect(room.hasSuffix("/"), "\(room)") }
        let known = targets.union(rooms.map { String($0.dropLast()) })
        #expect(rooms.count == Set(rooms).count)
        for folder in Self.looseFiles().keys.sorted() {
            #expect(known.contains(folder), "docs/architecture.md has no line for Sources/\(folder)")
        }
        for folder in known {
            let path = Checkout.root.appending(path: "Sources/\(folder)").path
            #expect(FileManager.default.fileExists(atPath: path), "docs/architecture.md names Sources/\(folder)")
        }
    }

    @Test func `begins every change at what is there`() throws {
        let rows = try Self.rows(below: "### Where to start").dropFirst(2)
        #expect(rows.count == 10)
        for row in rows {
            for path in Self.quoted(row.dropFirst().joined(separator: " "))
            where path.contains("/") || path.contains(".") {
                let file = Checkout.root.appending(path: path).path
                #expect(FileManager.default.fileExists(atPath: file), "\(row[0]): \(path)")
            }
        }
    }

    @Test func `leads to rooms that can be looked over`() {
        for (folder, count) in Self.looseFiles() {
            #expect(count <= 16, "\(count) files lie loose in Sources/\(folder)")
        }
    }
}
