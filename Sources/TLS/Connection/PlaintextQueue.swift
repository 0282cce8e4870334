import NIOCore

/// Plaintext that was written and not yet encrypted, with the promises of its writes.
struct PlaintextQueue {
    /// What became of a flush.
    enum Outcome {
        /// All is encrypted; the promise belongs to the ciphertext.
        case done(EventLoopPromise<Void>?)
        /// OpenSSL must read before it can write; what is left stays queued.
        case blocked
        case failed(OpenSSLErrorQueue)
    }

    /// What one TLS record holds (RFC 8446 section 5.1).
    ///
    /// Writes that fit into one together are copied together, because a record costs more than a copy; larger ones
    /// are encrypted from where they are.
    private static let recordBytes = 16_384

    /// The chunks but the last, oldest first.
    ///
    /// Empty in the usual case of a head and a small body.
    private var earlier: [ByteBuffer] = []
    /// The chunk that small writes are added to.
    private var last: ByteBuffer?
    private var promise: EventLoopPromise<Void>?
    /// Bytes in all chunks.
    private(set) var byteCount = 0

    /// Whether there is nothing to encrypt and nobody to tell.
    var isEmpty: Bool { last == nil && promise == nil }

    mutating func append(_ plaintext: ByteBuffer, promise: EventLoopPromise<Void>?) {
        if let promise { add(promise) }
        byteCount += plaintext.readableBytes
        guard var chunk = last.take() else {
            last = plaintext
            return
        }
        if chunk.readableBytes + plaintext.readableBytes <= Self.recordBytes {
            chunk.writeImmutableBuffer(plaintext)
            last = chunk
        } else {
            earlier.append(chunk)
            last = plaintext
        }
    }

    /// Fails every write that is still queued and forgets its bytes.
    mutating func fail(_ error: any Error) {
        let promise = self.promise
        self = PlaintextQueue()
        promise?.fail(error)
    }

    /// Encrypts everything into the connection's ciphertext.
    mutating func encrypt(with connection: TLSConnection) -> Outcome {
        connection.prepareToWrite(plaintextBytes: byteCount)
        while !earlier.isEmpty {
            if let obstacle = Self.encrypt(&earlier[0], with: connection) { return stop(at: obstacle) }
            earlier.removeFirst()
        }
        if var chunk = last.take() {
            if let obstacle = Self.encrypt(&chunk, with: connection) {
                last = chunk
                return stop(at: obstacle)
            }
        }
        byteCount = 0
        return .done(promise.take())
    }

    /// Encrypts one chunk; returns nil when nothing of it is left.
    private static func encrypt(_ chunk: inout ByteBuffer, with connection: TLSConnection) -> Outcome? {
        while chunk.readableBytes > 0 {
            switch unsafe chunk.withUnsafeReadableBytes({ unsafe connection.write($0) }) {
            case .wrote(let count):
                chunk.moveReaderIndex(forwardBy: count)
            case .blocked:
                return .blocked
            case .failed(let queue):
                return .failed(queue)
            }
        }
        return nil
    }

    /// Counts anew what is left.
    private mutating func stop(at obstacle: Outcome) -> Outcome {
        byteCount = earlier.reduce(last?.readableBytes ?? 0) { $0 + $1.readableBytes }
        return obstacle
    }

    /// All writes of one flush leave in one buffer, so the first promise stands for all.
    private mutating func add(_ promise: EventLoopPromise<Void>) {
        if let first = self.promise {
            first.futureResult.cascade(to: promise)
        } else {
            self.promise = promise
        }
    }
}
