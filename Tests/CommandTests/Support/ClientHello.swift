/// The first message of a TLS client, by hand (RFC 8446, section 4.1.2): a good one, unless the test makes it otherwise.
struct ClientHello {
    /// Names of its extensions (RFC 8446, section 4.2).
    enum Extension: UInt16 {
        case serverName = 0
        case groups = 10
        case signatureAlgorithms = 13
        case applicationProtocols = 16
        case padding = 21
        case earlyData = 42
        case versions = 43
        case keyShare = 51
    }

    var extensions: [(type: UInt16, body: [UInt8])] = [
        (Extension.groups.rawValue, [0, 2, 0, 0x1D]),
        (Extension.signatureAlgorithms.rawValue, [0, 4, 4, 3, 8, 4]),
        (Extension.versions.rawValue, [4, 3, 4, 3, 3]),
        // The base point of X25519: any 32 bytes would do that are no point of small order.
        (Extension.keyShare.rawValue, [0, 36, 0, 0x1D, 0, 32, 9] + [UInt8](repeating: 0, count: 31)),
    ]

    /// With one extension more.
    static func with(_ type: Extension, _ body: [UInt8]) -> ClientHello {
        var hello = ClientHello()
        hello.extensions.append((type.rawValue, body))
        return hello
    }

    /// That asks for hosts of these names.
    static func forHosts(_ names: [UInt8]...) -> ClientHello {
        with(.serverName, sized(names.flatMap { [0] + sized($0) }))
    }

    /// That offers these protocols.
    static func speaking(_ protocols: [[UInt8]]) -> ClientHello {
        with(.applicationProtocols, sized(protocols.flatMap { [UInt8($0.count)] + $0 }))
    }

    /// The message without its records.
    var message: [UInt8] {
        let body: [UInt8] =
            [3, 3] + [UInt8](repeating: 7, count: 32) + [0] + [0, 4, 0x13, 1, 0xC0, 0x2B] + [1, 0]
            + Self.sized(extensions.flatMap { [UInt8($0.type >> 8), UInt8($0.type & 0xFF)] + Self.sized($0.body) })
        return [1, UInt8(body.count >> 16), UInt8(body.count >> 8 & 0xFF), UInt8(body.count & 0xFF)] + body
    }

    /// The message in records of so many bytes.
    func bytes(recordBytes: Int = 1 << 14) -> [UInt8] {
        let message = message
        return stride(from: 0, to: message.count, by: recordBytes).flatMap { start in
            Self.record(22, Array(message[start..<min(start + recordBytes, message.count)]))
        }
    }

    static func record(_ type: UInt8, _ body: [UInt8]) -> [UInt8] { [type, 3, 1] + sized(body) }

    private static func sized(_ body: [UInt8]) -> [UInt8] { [UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body }
}
