package import Foundation

/// The recorded reviews, by file name without `.json`; `INDEX.md` beside them says what each is.
package enum Recordings {
    package static let folder = Checkout.root.appending(path: "Tests/Golden/requests")

    package static func names() throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    package static func body(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: "\(name).json")))
    }
}
