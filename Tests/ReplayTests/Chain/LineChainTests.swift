import AgentRuns
import Digest
import Testing

@testable import Replay

@Suite struct `A chain of lines` {
    private let noon = Timestamp(seconds: 1_790_000_000)

    private func key(_ byte: UInt8 = 1) throws -> ChainKey { try ChainKey([UInt8](repeating: byte, count: 32)) }

    private func chain(_ replica: String = "pod-a") throws -> LineChain {
        LineChain(key: try key(), stream: ChainLink.Stream(replica: replica, random: (1, 2)))
    }

    /// RFC 4231 section 4.2, 4.3 and 4.7.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `rests on HMAC-SHA-256`(key: [UInt8], message: String, code: String) throws {
        let made = try #require(HMACSHA256.code(of: Array(message.utf8), key: key))
        #expect(LineCode(made).text == code)
    }

    /// Made with `openssl dgst`: sha256 of the bytes before `,"mac"`, hmac of 32 zero bytes and that hash.
    @Test func `has codes that another program can make`() throws {
        var chain = try chain()
        var line = Array("{\"uid\":\"u\"}\n".utf8)
        chain.seal(&line)
        let text = String(decoding: line, as: UTF8.self)
        let start = "00000000000000010000000000000002"
        let sealed = #"{"uid":"u","chain":{"replica":"pod-a","start":"\#(start)","line":1"#
        #expect(text.hasPrefix(sealed + #","mac":""#) && text.hasSuffix("\"}}\n"))
        let message = [UInt8](repeating: 0, count: 32) + SHA256.digest(of: Array(sealed.utf8))
        let code = try #require(HMACSHA256.code(of: message, key: [UInt8](repeating: 1, count: 32)))
        #expect(text == sealed + #","mac":"\#(LineCode(code).text)"}}"# + "\n")
    }

    @Test func `is read back, checkpoints with what a start found`() throws {
        var chain = try chain("pod/a \n{" + String(repeating: "x", count: 300))
        var line = Array("{\"uid\":\"u\"}\n".utf8)
        chain.seal(&line)
        let first = try #require(ChainedLine(line.dropLast()))
        #expect(first.link.line == 1 && first.checkpoint == nil && first.link.stream.replica.utf8.count == 253)
        #expect(first.link.stream.replica.hasPrefix("pod-a---xxx"))
        let after = Checkpoint.Predecessor(last: first.asLast, isCutOff: true)
        let bytes = chain.checkpoint(.start, after: after, at: noon)
        #expect(bytes.count <= LineChain.maximumCheckpointBytes)
        let second = try #require(ChainedLine(bytes.dropLast()))
        #expect(second.link.line == 2)
        #expect(
            second.checkpoint
                == Checkpoint(place: .start, keyID: try key().id, previous: first.code, after: after)
        )
        #expect(try key().code(of: second.digest, after: first.code) == second.code)
        #expect(line.count - "{\"uid\":\"u\"}\n".utf8.count <= LineChain.maximumSuffixBytes)
    }

    @Test func `asks for a checkpoint every thousand lines`() throws {
        var chain = try chain()
        for number in 1...1000 {
            #expect(!chain.needsCheckpoint, "\(number)")
            var line = Array("{\"uid\":\"u\"}\n".utf8)
            chain.seal(&line)
        }
        #expect(chain.needsCheckpoint)
        _ = chain.checkpoint(.lines, at: noon)
        #expect(!chain.needsCheckpoint)
    }

    @Test(arguments: [
        "", "{}", #"{"uid":"u"}"#, #"{"chain":{"replica":"a","start":"b","line":1,"mac":"c"}}"#,
        #"{"chain":{"replica":"a","start":"00000000000000010000000000000002","line":0,"mac":"\#(String(repeating: "0", count: 64))"}}"#,
        #"{"chain":{"replica":"a","start":"00000000000000010000000000000002","line":1e9,"mac":"\#(String(repeating: "0", count: 64))"}}"#,
        #"{"chain":{"replica":"a\u0000","start":"00000000000000010000000000000002","line":1,"mac":"\#(String(repeating: "0", count: 64))"}}"#,
        #"{"chain":{"replica":"a","start":"0000000000000001000000000000000G","line":1,"mac":"\#(String(repeating: "0", count: 64))"}}"#,
        #"{"chain":{"replica":"a","start":"00000000000000010000000000000002","line":1,"mac":"\#(String(repeating: "A", count: 64))"}}"#,
        #"{"chain":[],"mac":"\#(String(repeating: "0", count: 64))"}}"#,
    ])
    func `is not read from anything else`(line: String) {
        #expect(ChainedLine(Array(line.utf8)) == nil)
    }

    @Test func `has a key that nothing tells`() throws {
        let secret = Array("a secret of more than thirty-two bytes".utf8)
        let key = try ChainKey(secret)
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] {
            #expect(!text.contains("secret") && !text.contains("115") && text.contains(key.id))
        }
        #expect(throws: ChainKey.Problem.tooShort(31)) { try ChainKey([UInt8](repeating: 1, count: 31)) }
        #expect(throws: ChainKey.Problem.tooLong) { try ChainKey([UInt8](repeating: 1, count: 4097)) }
        #expect(try self.key(1).id != self.key(2).id)
    }
}
