/// Why nobody can be asked: what is wrong with a kubeconfig or a pod's files, and how to mend it.
package struct AccessError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file or environment it was found in.
    package var place: String
    package var reason: String

    package var description: String { "\(place): \(reason)" }
}

/// Reads a whole file; the error says why it cannot.
package typealias FileReading = (_ path: String) throws -> [UInt8]
