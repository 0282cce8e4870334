import Foundation
import TestPrograms

/// A browser without a window (Debian's chromium), where there is one.
enum Browser {
    static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// What becomes of a page in a window of that width, as HTML.
    static func dump(_ url: String, width: Int, in folder: Folder) async throws -> Program {
        try await Program.run(
            path ?? "",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
                "--user-data-dir=\(folder.path("profile"))", "--window-size=\(width),900", "--dump-dom", url,
            ]
        )
    }
}
