private import Glibc
package import TLS

/// What this machine is called by programs that run on it.
package enum LocalNames {
    /// `localhost`, both loopback addresses and, if it has a name of letters, digits and hyphens, the machine's own.
    package static var all: [SubjectAlternativeName] {
        var names: [SubjectAlternativeName] = [.dns("localhost"), .ipAddress("127.0.0.1"), .ipAddress("::1")]
        if let host = hostName, let name = try? SubjectAlternativeName(parsing: host), !names.contains(name) {
            names.append(name)
        }
        return names
    }

    private static var hostName: String? {
        // One byte more than Linux allows a name to have, for the zero at its end.
        var bytes = [UInt8](repeating: 0, count: 256)
        let size = bytes.count - 1
        let status = unsafe bytes.withUnsafeMutableBytes { buffer in
            // The call writes at most `size` bytes.
            unsafe buffer.withMemoryRebound(to: CChar.self) { name in
                unsafe name.baseAddress.map { unsafe gethostname($0, size) } ?? -1
            }
        }
        guard status == 0 else { return nil }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
