package import Replay

/// The file with the key of the decision log.
package enum ChainKeyFile {
    /// Reads the key, which no message tells anything of.
    ///
    /// - Throws: ``CommandFailure`` that names the file, and what a key file is.
    package static func key(_ path: String) throws(CommandFailure) -> ChainKey {
        let reason: String
        do throws(InputFile.Problem) {
            let bytes = try InputFile.contents(of: path, maximumBytes: ChainKey.maximumBytes)
            do throws(ChainKey.Problem) {
                return try ChainKey(bytes)
            } catch {
                reason = error.description
            }
        } catch {
            switch error {
            case .unreadable(let text): reason = text
            case .tooLarge: reason = ChainKey.Problem.tooLong.description
            }
        }
        throw CommandFailure(
            "cannot use the key of the decision log \(path): \(reason); "
                + "name a file of \(ChainKey.minimumBytes) random bytes or more with --decision-log-key"
        )
    }
}
