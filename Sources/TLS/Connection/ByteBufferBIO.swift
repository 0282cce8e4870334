import COpenSSL
import NIOCore

/// The transport under one `SSL`: an OpenSSL BIO that reads ciphertext from one `ByteBuffer` and writes it to another.
///
/// OpenSSL calls back on the thread that called it, so an instance stays on its connection's event loop. The C object
/// keeps an unretained pointer to the instance: whoever owns the `SSL` owns the instance too and frees the `SSL` first.
@safe
final class ByteBufferBIO {
    /// An outgoing buffer up to this size is kept for the next write.
    ///
    /// It holds the answer to an admission review with its record overhead; a larger one is given back, so that an
    /// idle connection stays small.
    private static let retainedCapacity = 4096

    /// Ciphertext from the peer that OpenSSL has not taken yet.
    private(set) var inbound = ByteBuffer()

    /// Ciphertext for the peer that nobody has drained yet.
    private var outbound = ByteBuffer()

    /// Makes the C object.
    ///
    /// The caller hands it to an `SSL`, which frees it.
    func makeBIO() throws(TLSError) -> OpaquePointer {
        OpenSSLErrorQueue.clear()
        guard let method = unsafe byteBufferMethod, let bio = unsafe BIO_new(method) else {
            throw .openSSL(doing: "create a TLS transport")
        }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    /// Adds ciphertext from the peer; without a copy when none is waiting.
    func receive(_ ciphertext: ByteBuffer) {
        if inbound.readableBytes == 0 {
            inbound = ciphertext
        } else {
            inbound.writeImmutableBuffer(ciphertext)
        }
    }

    /// Throws away what OpenSSL has not taken.
    func forgetInbound() {
        inbound = ByteBuffer()
    }

    /// Makes room for so much ciphertext at once, before a large write.
    func reserveOutbound(_ byteCount: Int) {
        outbound.reserveCapacity(minimumWritableBytes: byteCount)
    }

    /// The ciphertext written since the last call, or nil.
    ///
    /// The storage stays here as well and is written again once the channel has let go of it.
    func takeOutbound() -> ByteBuffer? {
        guard outbound.readableBytes > 0 else { return nil }
        let taken = outbound
        if outbound.capacity > Self.retainedCapacity {
            outbound = ByteBuffer()
        } else {
            outbound.moveReaderIndex(to: outbound.writerIndex)
        }
        return taken
    }

    /// What `BIO_read` asks for: as much as there is, at most `capacity`.
    fileprivate func read(into target: UnsafeMutableRawPointer, capacity: Int) -> Int {
        let count = min(capacity, inbound.readableBytes)
        guard count > 0 else { return 0 }
        unsafe inbound.readWithUnsafeReadableBytes { bytes in
            if let base = bytes.baseAddress {
                unsafe target.copyMemory(from: base, byteCount: count)
            }
            return count
        }
        if inbound.readableBytes == 0 {
            // Lets the channel have its memory back, and the next buffer be taken without a copy.
            inbound = ByteBuffer()
        }
        return count
    }

    /// What `BIO_write` asks for: everything, as memory is all that limits it.
    fileprivate func write(_ source: UnsafeRawBufferPointer) {
        if outbound.readableBytes == 0 {
            // Starts at the front again; takes new storage if the channel still holds the old one.
            outbound.clear()
        }
        unsafe outbound.writeBytes(source)
    }
}

/// The C methods of every `ByteBufferBIO`, made once; nil when there was no memory.
///
/// Written once by the lazy initialiser and only read afterwards, which is what makes the shared pointer safe.
nonisolated(unsafe) private let byteBufferMethod: OpaquePointer? = {
    guard let method = unsafe BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ByteBuffer") else { return nil }
    unsafe BIO_meth_set_read_ex(method, readCiphertext)
    unsafe BIO_meth_set_write_ex(method, writeCiphertext)
    unsafe BIO_meth_set_ctrl(method, control)
    return unsafe method
}()

/// What is to be forgotten after a success.
private let retryFlags = BIO_FLAGS_READ | BIO_FLAGS_WRITE | BIO_FLAGS_IO_SPECIAL | BIO_FLAGS_SHOULD_RETRY

/// `BIO_read_ex`: an empty buffer means "try again", never the end, which the channel tells the handler by other means.
private func readCiphertext(
    bio: OpaquePointer?,
    target: UnsafeMutablePointer<CChar>?,
    capacity: Int,
    count: UnsafeMutablePointer<Int>?
) -> CInt {
    guard let target = unsafe target, let count = unsafe count, let data = unsafe BIO_get_data(bio) else { return 0 }
    let read = unsafe Unmanaged<ByteBufferBIO>.fromOpaque(data)._withUnsafeGuaranteedRef {
        unsafe $0.read(into: target, capacity: capacity)
    }
    unsafe count.pointee = read
    guard read > 0 else {
        unsafe BIO_set_flags(bio, BIO_FLAGS_READ | BIO_FLAGS_SHOULD_RETRY)
        return 0
    }
    unsafe BIO_clear_flags(bio, retryFlags)
    return 1
}

/// `BIO_write_ex`: always takes everything.
private func writeCiphertext(
    bio: OpaquePointer?,
    source: UnsafePointer<CChar>?,
    size: Int,
    count: UnsafeMutablePointer<Int>?
) -> CInt {
    guard let count = unsafe count, let data = unsafe BIO_get_data(bio) else { return 0 }
    unsafe Unmanaged<ByteBufferBIO>.fromOpaque(data)._withUnsafeGuaranteedRef {
        unsafe $0.write(UnsafeRawBufferPointer(start: source, count: size))
    }
    unsafe count.pointee = size
    unsafe BIO_clear_flags(bio, retryFlags)
    return 1
}

/// `BIO_ctrl`: flushing succeeds, as nothing is staged; everything else is not supported.
private func control(bio: OpaquePointer?, command: CInt, number: CLong, pointer: UnsafeMutableRawPointer?) -> CLong {
    command == BIO_CTRL_FLUSH ? 1 : 0
}
