import TestWire

/// RFC 7541: the compression of fields.
extension HTTP2Case {
    static let compression: [HTTP2Case] = representations + tableSizes + decodingErrors

    /// A request with the fields of `block` behind its own.
    private static func taken(_ title: String, _ section: String, _ listed: String?, _ block: [UInt8]) -> HTTP2Case {
        .init(
            "RFC 7541, \(section)",
            listed,
            title,
            [.frames(.block(1, HTTP2Frame.shortRequest + block))],
            .answers(1, "GET / 0")
        )
    }

    private static func refused(_ title: String, _ section: String, _ listed: String?, _ block: [UInt8]) -> HTTP2Case {
        .init(
            "RFC 7541, \(section)",
            listed,
            title,
            [.frames(.block(1, HTTP2Frame.shortRequest + block))],
            .ends(.compression)
        )
    }

    /// `/a` and the name `x`, plain and in Huffman's code.
    private static let path: [UInt8] = [0x02, 0x2F, 0x61]
    private static let codedPath: [UInt8] = [0x82, 0x60, 0x7F]
    private static let name: [UInt8] = [0x01, 0x78]
    private static let codedName: [UInt8] = [0x81, 0xF3]

    private static func path(_ title: String, _ listed: String, _ block: [UInt8], _ section: String) -> HTTP2Case {
        .init(
            "RFC 7541, \(section)",
            listed,
            title,
            [.frames(.block(1, HTTP2Frame.shortHead + block))],
            .answers(1, "GET /a 0")
        )
    }

    private static let representations: [HTTP2Case] = [
        taken("an indexed field", "6.1", "generic/5/1", [0x90]),
        path("a literal for the table, its name indexed", "generic/5/2", [0x44] + path, "6.2.1"),
        path(
            "a literal for the table, its name indexed, in Huffman's code",
            "generic/5/3",
            [0x44] + codedPath,
            "6.2.1"
        ),
        taken("a literal for the table, its name new", "6.2.1", "generic/5/4", [0x40] + name + path),
        taken(
            "a literal for the table, its name new, in Huffman's code",
            "6.2.1",
            "generic/5/5",
            [0x40] + codedName + codedPath
        ),
        path("a literal, its name indexed", "generic/5/6", [0x04] + path, "6.2.2"),
        path("a literal, its name indexed, in Huffman's code", "generic/5/7", [0x04] + codedPath, "6.2.2"),
        taken("a literal, its name new", "6.2.2", "generic/5/8", [0x00] + name + path),
        taken("a literal, its name new, in Huffman's code", "6.2.2", "generic/5/9", [0x00] + codedName + codedPath),
        path("a literal never for a table, its name indexed", "generic/5/10", [0x14] + path, "6.2.3"),
        path(
            "a literal never for a table, its name indexed, in Huffman's code",
            "generic/5/11",
            [0x14] + codedPath,
            "6.2.3"
        ),
        taken("a literal never for a table, its name new", "6.2.3", "generic/5/12", [0x10] + name + path),
        taken(
            "a literal never for a table, its name new, in Huffman's code",
            "6.2.3",
            "generic/5/13",
            [0x10] + codedName + codedPath
        ),
        .init(
            "RFC 7541, 2.3.2",
            nil,
            "the table is the connection's: a later head refers to it",
            [
                .frames(
                    .block(1, HTTP2Frame.shortHead + [0x44] + path),
                    // The path went in after the authority.
                    .block(3, [0x82, 0x87, 0xBF, 0xBE])
                )
            ],
            .answers(3, "GET /a 0")
        ),
    ]

    private static let tableSizes: [HTTP2Case] = [
        .init(
            "RFC 7541, 6.3",
            "generic/5/14",
            "a change of the table's size",
            [.frames(.block(1, [0x20] + HTTP2Frame.shortRequest))],
            .answers(1, "GET / 0")
        ),
        .init(
            "RFC 7541, 6.3",
            "generic/5/15",
            "two changes of the table's size",
            [.frames(.block(1, [0x20, 0x3F, 0xE1, 0x1F] + HTTP2Frame.shortRequest))],
            .answers(1, "GET / 0")
        ),
        refused("a change of the table's size at the end of a head", "4.2", "hpack/4.2/1", [0x21]),
        .init(
            "RFC 7541, 6.3",
            "hpack/6.3/1",
            "a change of the table's size past what was announced",
            [.frames(.block(1, [0x3F, 0xE2, 0x1F] + HTTP2Frame.shortRequest))],
            .ends(.compression)
        ),
        .init(
            "RFC 7541, 4.4",
            nil,
            "a field larger than the table empties it",
            [
                .frames(
                    .block(
                        1,
                        HTTP2Frame.shortRequest + [0x40] + name + [0x7F, 0x81, 0x1F]
                            + [UInt8](repeating: 0x61, count: 4096)
                    ),
                    .block(3, [0x82, 0x87, 0x84, 0xBE])
                )
            ],
            .ends(.compression)
        ),
    ]

    private static let decodingErrors: [HTTP2Case] = [
        refused("an indexed field that is in no table", "2.3.3", "hpack/2.3.3/1", [0xFF, 0x00]),
        refused("a literal whose name is in no table", "2.3.3", "hpack/2.3.3/2", [0x7F, 0x00] + path),
        refused(
            "Huffman's code with a byte of padding",
            "5.2",
            "hpack/5.2/1",
            [0x00] + name + [0x83, 0x60, 0x7F, 0xFF]
        ),
        refused("Huffman's code padded with zeros", "5.2", "hpack/5.2/2", [0x00] + name + [0x81, 0x60]),
        refused(
            "Huffman's code with the end of a string",
            "5.2",
            "hpack/5.2/3",
            [0x00] + name + [0x86, 0x60, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF]
        ),
        refused("the indexed field of number 0", "6.1", "hpack/6.1/1", [0x80]),
        refused("a number without end", "5.1", nil, [0xFF] + [UInt8](repeating: 0xFF, count: 16) + [0x01]),
        refused("a string longer than its block", "5.2", nil, [0x00] + name + [0x05, 0x61]),
        refused(
            "a string of a length that cannot be",
            "5.2",
            nil,
            [0x00] + name + [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]
        ),
        refused("a block that ends within a field", "3.2", nil, [0x40]),
    ]
}
