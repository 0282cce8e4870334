internal import NIOCore

/// Finds out how long a ClientHello says it is, before OpenSSL does.
///
/// OpenSSL takes one of 128 KiB, and makes room for all of it as soon as its length has come, so that 14 bytes cost 140 KB.
/// It reads the headers of records and, in them, of the messages of the handshake, as long as these are in the clear; a
/// second ClientHello may follow a HelloRetryRequest (RFC 8446, section 4.1.4).
struct ClientHelloScanner {
    /// Go's client sends 300 bytes, and 1,700 with a post-quantum key; names and cookies add some hundreds.
    static let maximumBytes = 16 * 1024

    private enum Record {
        static let handshake: UInt8 = 22
        static let applicationData: UInt8 = 23
    }

    private enum Message {
        static let clientHello: UInt8 = 1
        /// TLS 1.2: what follows the next change of ciphers is encrypted.
        static let clientKeyExchange: UInt8 = 16
    }

    private static let recordHeaderBytes = 5
    private static let messageHeaderBytes = 4

    private var isDone = false
    /// The beginning of a record's header, as far as it has come, and how much that is.
    private var recordHeader: UInt64 = 0
    private var recordHeaderCount = 0
    /// What is left of the record, and whether it is one of the handshake.
    private var recordBytes = 0
    private var isHandshake = false
    /// The same of a message, which may span records.
    private var messageHeader: UInt32 = 0
    private var messageHeaderCount = 0
    private var messageBytes = 0

    /// Takes ciphertext in any pieces; the length of a ClientHello that is too long.
    mutating func scan(_ bytes: ByteBufferView) -> Int? {
        var rest = bytes[...]
        while !isDone, let byte = rest.first {
            if recordBytes == 0 {
                rest = rest.dropFirst()
                takeRecordHeader(byte)
            } else if !isHandshake || messageBytes > 0 {
                let count = min(recordBytes, rest.count, isHandshake ? messageBytes : .max)
                recordBytes -= count
                if isHandshake { messageBytes -= count }
                rest = rest.dropFirst(count)
            } else {
                rest = rest.dropFirst()
                recordBytes -= 1
                if let length = takeMessageHeader(byte) { return length }
            }
        }
        return nil
    }

    private mutating func takeRecordHeader(_ byte: UInt8) {
        recordHeader = recordHeader << 8 | UInt64(byte)
        recordHeaderCount += 1
        guard recordHeaderCount == Self.recordHeaderBytes else { return }
        let type = UInt8(truncatingIfNeeded: recordHeader >> 32)
        isHandshake = type == Record.handshake
        recordBytes = Int(recordHeader & 0xFFFF)
        recordHeader = 0
        recordHeaderCount = 0
        isDone = type == Record.applicationData
    }

    private mutating func takeMessageHeader(_ byte: UInt8) -> Int? {
        messageHeader = messageHeader << 8 | UInt32(byte)
        messageHeaderCount += 1
        guard messageHeaderCount == Self.messageHeaderBytes else { return nil }
        let type = UInt8(truncatingIfNeeded: messageHeader >> 24)
        messageBytes = Int(messageHeader & 0xFF_FFFF)
        messageHeader = 0
        messageHeaderCount = 0
        isDone = type == Message.clientKeyExchange
        return type == Message.clientHello && messageBytes > Self.maximumBytes ? messageBytes : nil
    }
}
