internal import JSONPull
internal import Policy

/// The files of a suite, which are named as they stand from its folder.
struct SuiteFiles {
    /// As much as a policy may have, a few times over: cases may hold objects.
    private static let maximumBytes = 16 << 20

    let suite: String

    /// The path of a file a case names.
    func path(of name: String) -> String {
        guard name.utf8.first != UInt8(ascii: "/"), let (folder, _) = ExactString(suite).cut(atLast: "/") else {
            return name
        }
        return "\(folder)/\(name)"
    }

    /// Reads and checks a suite.
    static func suite(at path: String) throws(CommandFailure) -> PolicyTestSuite {
        let bytes = try InputFile.contents(
            of: path,
            maximumBytes: maximumBytes,
            name: "test suite \(path)",
            remedies: ("correct the path or the file", "split it")
        )
        do throws(PolicyFileError) {
            return try PolicyTestSuite.load(bytes, file: path)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}
