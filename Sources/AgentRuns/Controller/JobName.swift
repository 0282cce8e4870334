package import JSONPull

/// What the controller makes of a run's name where it names Jobs and volumes after it (`controller-semantics.md` section 13.1).
package enum JobName {
    /// Whether Jobs of a run of that name are called otherwise: hardly any, as only dots have to be replaced.
    package static func differs(from name: ExactString) -> Bool {
        unsafe name.withBytes { bytes in unsafe !bytes.allSatisfy(isKept) }
    }

    /// Lower-cased, and every run of characters that no name of a Job may hold made one dash.
    package static func of(_ name: ExactString) -> ExactString {
        guard differs(from: name) else { return name }
        var bytes: [UInt8] = []
        var isInRun = false
        for byte in name.asciiLowercased.string.utf8 {
            // A run of others becomes one dash, whatever stands beside it.
            if isKept(byte) { bytes.append(byte) } else if !isInRun { bytes.append(UInt8(ascii: "-")) }
            isInRun = !isKept(byte)
        }
        return ExactString(String(decoding: bytes, as: UTF8.self))
    }

    private static func isKept(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || (byte.isASCIIAlphanumeric && byte | 0x20 == byte)
    }
}
