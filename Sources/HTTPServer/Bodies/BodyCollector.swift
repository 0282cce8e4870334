internal import NIOCore

/// Puts the body of one request together, within its limits.
///
/// A body that comes in one piece is kept as it came; further pieces are copied behind it.
struct BodyCollector {
    /// Reserved for an announced body before its bytes have come; the rest grows with them.
    private static let maximumUpfrontCapacity = 256 * 1024

    private let maximumBytes: Int
    private let unaccountedBytes: Int
    private let budget: BodyBudget
    private var announcedBytes = 0

    /// What is kept of the head, and counted like bytes of the body.
    private var headBytes = 0
    private var buffer = ByteBuffer()
    private var isOwned = false
    /// Nil while the body is too small to be counted.
    private(set) var reservation: BodyReservation?

    init(maximumBytes: Int, unaccountedBytes: Int, budget: BodyBudget) {
        self.maximumBytes = maximumBytes
        self.unaccountedBytes = unaccountedBytes
        self.budget = budget
    }

    /// Begins a new body.
    mutating func begin(announcedBytes: Int?) {
        self.announcedBytes = announcedBytes ?? 0
    }

    /// Counts what is kept of the head; the error says why it cannot be had.
    mutating func hold(headBytes count: Int) -> HTTPRequestError? {
        if let error = reserve(count) { return error }
        headBytes = count
        return nil
    }

    /// Appends a piece; the error says why it cannot be had.
    mutating func append(_ piece: ByteBuffer, allocator: ByteBufferAllocator) -> HTTPRequestError? {
        if let error = admit(piece.readableBytes) { return error }
        if buffer.readableBytes == 0 {
            buffer = piece
            return nil
        }
        own(adding: piece.readableBytes, allocator: allocator)
        buffer.writeImmutableBuffer(piece)
        return nil
    }

    /// Appends a copy of bytes somebody else owns.
    mutating func append(copying bytes: UnsafeRawBufferPointer, allocator: ByteBufferAllocator) -> HTTPRequestError? {
        if let error = admit(bytes.count) { return error }
        own(adding: bytes.count, allocator: allocator)
        // The bytes are copied before the call returns.
        unsafe buffer.writeBytes(bytes)
        return nil
    }

    /// Hands the body out.
    ///
    /// The reservation stays until ``release()``: the request is still in memory.
    mutating func take() -> ByteBuffer {
        defer {
            buffer = ByteBuffer()
            isOwned = false
        }
        return buffer
    }

    /// Gives the reserved bytes back and forgets what was collected.
    mutating func release() {
        reservation = nil
        headBytes = 0
        if buffer.readableBytes > 0 { _ = take() }
    }

    private mutating func admit(_ count: Int) -> HTTPRequestError? {
        guard buffer.readableBytes + count <= maximumBytes else { return .bodyTooLarge(maximumBytes: maximumBytes) }
        return reserve(count)
    }

    private mutating func reserve(_ count: Int) -> HTTPRequestError? {
        let total = headBytes + buffer.readableBytes + count
        guard total > unaccountedBytes else { return nil }
        if let reservation {
            return reservation.grow(by: count) ? nil : .tooManyBodyBytes
        }
        let reservation = BodyReservation(in: budget)
        self.reservation = reservation
        return reservation.grow(by: total) ? nil : .tooManyBodyBytes
    }

    /// Moves what is a slice of a read buffer into a buffer of its own, so that appending does not write into a copy the
    /// size of that read buffer.
    private mutating func own(adding count: Int, allocator: ByteBufferAllocator) {
        guard !isOwned else { return }
        let needed = buffer.readableBytes + count
        var owned = allocator.buffer(
            capacity: max(needed, min(announcedBytes, Self.maximumUpfrontCapacity, maximumBytes))
        )
        owned.writeImmutableBuffer(buffer)
        buffer = owned
        isOwned = true
    }
}
