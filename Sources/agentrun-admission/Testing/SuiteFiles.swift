internal import ClusterState
internal import Policy

/// The files of a suite, which are named as they stand from its folder.
struct SuiteFiles {
    /// As much as a policy may have, a few times over: cases may hold objects.
    private static let maximumBytes = 16 << 20

    let suite: String

    /// The path of a file a case names.
    func path(of name: String) -> String {
        guard !name.hasPrefix("/"), let slash = suite.lastIndex(of: "/") else { return name }
        return suite[...slash] + name
    }

    /// Reads and checks a suite.
    static func suite(at path: String) throws(CommandFailure) -> PolicyTestSuite {
        let bytes: [UInt8]?
        do throws(FileSystemError) {
            bytes = try PosixFileSystem().contents(of: path, maximumBytes: maximumBytes)
        } catch {
            throw CommandFailure("cannot read test suite \(path): \(error.reason); correct the path or the file")
        }
        guard let bytes else {
            throw CommandFailure("cannot use test suite \(path): more than \(maximumBytes >> 20) MiB; split it")
        }
        do throws(PolicyFileError) {
            return try PolicyTestSuite.load(bytes, file: path)
        } catch {
            throw CommandFailure(error.description)
        }
    }
}

/// Text in a message.
enum QuotedText {
    static func quoted(_ text: String) -> String { "\"\(TerminalText.line(text))\"" }
}
