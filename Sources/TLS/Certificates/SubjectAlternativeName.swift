import COpenSSL
import NIOCore

/// A name or address a certificate is valid for (RFC 5280 section 4.2.1.6).
///
/// Two are equal that are the same thing: DNS names in whatever case (RFC 4343), addresses however they are written.
package enum SubjectAlternativeName: Sendable, CustomStringConvertible {
    case dns(String)
    /// In text form: dotted decimal, or hexadecimal groups for IPv6, in one of the ways an address can be written.
    case ipAddress(String)

    /// OpenSSL's spelling: `DNS:localhost`, `IP:127.0.0.1`.
    package var description: String {
        switch self {
        case .dns(let name): "DNS:\(name)"
        case .ipAddress(let address): "IP:\(address)"
        }
    }

    /// Reads what a user typed: an IP address if it is one, otherwise a DNS name, whose first label may be `*`.
    ///
    /// - Throws: `TLSError.invalidName`.
    package init(parsing text: String) throws(TLSError) {
        if let address = Self.canonical(text) {
            self = .ipAddress(address)
        } else if Self.isDNSName(text) {
            self = .dns(text)
        } else {
            throw .invalidName(text)
        }
    }

    /// RFC 1123 labels of 1 to 63 bytes, 253 in all.
    private static func isDNSName(_ text: String) -> Bool {
        let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
        guard !name.isEmpty, text.utf8.count <= 253 else { return false }
        return name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy(isLabelByte)
        }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}

// MARK: What is the same

extension SubjectAlternativeName: Hashable {
    package static func == (left: Self, right: Self) -> Bool { left.identity == right.identity }

    package func hash(into hasher: inout Hasher) { hasher.combine(identity) }

    /// The bytes that tell it from others; an address that is none stands for its text.
    private var identity: [UInt8] {
        switch self {
        case .dns(let name): [0] + Self.lowercased(name)
        case .ipAddress(let text): [1] + Array((Self.canonical(text) ?? text).utf8)
        }
    }

    /// As the system writes an address, which is one way for each; nil when it is none.
    private static func canonical(_ text: String) -> String? {
        (try? SocketAddress(ipAddress: text, port: 0))?.ipAddress
    }

    /// Of ASCII letters alone: a letter that is like one of them to a reader of Unicode is another name.
    private static func lowercased(_ name: String) -> [UInt8] {
        name.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Whether a certificate with this name is good for `name`: the same, or a wildcard for its first label (RFC 6125
    /// section 6.4.3).
    func covers(_ name: SubjectAlternativeName) -> Bool {
        if self == name { return true }
        guard case .dns(let own) = self, case .dns(let other) = name else { return false }
        let (pattern, bytes) = (Self.lowercased(own), Self.lowercased(other))
        guard pattern.starts(with: "*.".utf8), let dot = bytes.firstIndex(of: UInt8(ascii: ".")), dot > 0 else {
            return false
        }
        return pattern.dropFirst() == bytes[dot...]
    }
}

// MARK: OpenSSL

extension SubjectAlternativeName {
    /// Nil for kinds of names no TLS client of ours compares, and for addresses of odd length.
    init?(_ name: GENERAL_NAME) {
        switch unsafe name.type {
        case GEN_DNS:
            // Bytes, not a C string: a name may hold NUL bytes, and must then not look shorter than it is.
            self = .dns(String(decoding: unsafe Self.bytes(of: name.d.dNSName), as: UTF8.self))
        case GEN_IPADD:
            let packed = unsafe ByteBuffer(bytes: Self.bytes(of: name.d.iPAddress))
            guard let address = try? SocketAddress(packedIPAddress: packed, port: 0), let text = address.ipAddress
            else {
                return nil
            }
            self = .ipAddress(text)
        default:
            return nil
        }
    }

    /// A new `GENERAL_NAME` for a certificate to be issued; the caller owns it.
    func makeGeneralName() throws(TLSError) -> UnsafeMutablePointer<GENERAL_NAME> {
        OpenSSLErrorQueue.clear()
        guard let name = unsafe GENERAL_NAME_new() else { throw .openSSL(doing: "make a subject alternative name") }
        switch self {
        case .dns(let text):
            let value = unsafe ASN1_STRING_type_new(V_ASN1_IA5STRING)
            unsafe ASN1_STRING_set(value, text, CInt(text.utf8.count))
            unsafe GENERAL_NAME_set0_value(name, GEN_DNS, value)
        case .ipAddress(let text):
            guard let value = unsafe a2i_IPADDRESS(text) else {
                unsafe GENERAL_NAME_free(name)
                throw .invalidName(text)
            }
            unsafe GENERAL_NAME_set0_value(name, GEN_IPADD, value)
        }
        return unsafe name
    }

    private static func bytes(of string: UnsafePointer<ASN1_STRING>?) -> [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string))))
    }
}
