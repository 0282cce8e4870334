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
        if count & 63 == 0, count > 0 { putAway() }
        current = current << 1 | (isObject ? 1 : 0)
        count += 1
    }

    @inline(__always)
    mutating func pop() {
        current >>= 1
        count -= 1
        if count & 63 == 0, count > 0 { bringBack() }
    }

    @inline(never)
    private mutating func putAway() {
        outer.append(current)
        current = 0
    }

    @inline(never)
    private mutating func bringBack() {
        current = outer.removeLast()
    }
}
