/// Which of the open containers are objects: one bit a level, the first 64 without allocation.
struct JSONContainerStack {
    private var current: UInt64 = 0
    private var outer: [UInt64] = []
    /// How many containers are open.
    private(set) var count = 0

    /// Whether the innermost open container is an object.
    @inline(__always)
    var isObject: Bool { current & 1 == 1 }

    @inline(__always)
    mutating func push(isObject: Bool) {
        if count & 63 == 0, count > 0 {
            Self.putAway(current, &outer)
            current = 0
        }
        current = current << 1 | (isObject ? 1 : 0)
        count += 1
    }

    @inline(__always)
    mutating func pop() {
        current >>= 1
        count -= 1
        if count & 63 == 0, count > 0 { current = Self.bringBack(&outer) }
    }

    // Both get the array alone: handed on by address, the bits in use would live in memory.

    @inline(never)
    private static func putAway(_ bits: UInt64, _ outer: inout [UInt64]) {
        outer.append(bits)
    }

    @inline(never)
    private static func bringBack(_ outer: inout [UInt64]) -> UInt64 {
        outer.removeLast()
    }
}
