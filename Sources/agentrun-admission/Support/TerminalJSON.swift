/// JSON that may be printed to a terminal.
enum TerminalJSON {
    /// The same JSON with DEL and the C1 controls, which JSON allows as they are, as `\u00xx`.
    ///
    /// Such characters only occur inside of strings.
    static func escaped(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: { $0 == 0x7F || $0 == 0xC2 }) else { return json }
        var result: [UInt8] = []
        result.reserveCapacity(json.count)
        var index = 0
        while index < json.count {
            let byte = json[index]
            if byte == 0x7F {
                result += "\\u007f".utf8
            } else if byte == 0xC2, index + 1 < json.count, (0x80..<0xA0).contains(json[index + 1]) {
                index += 1
                result += "\\u00".utf8
                result += String(json[index], radix: 16).utf8
            } else {
                result.append(byte)
            }
            index += 1
        }
        return result
    }
}
