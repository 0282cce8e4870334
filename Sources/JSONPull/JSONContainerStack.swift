/// Which of the open containers are objects: one bit a level, the first 64 without allocation.
struct JSONContainerStack {
    private var current: UInt64 = 0
    private var outer: [UInt64] = []
    /// How many containers are open.
    private(set) var count = 0

    /// Whether the innermost open container is an object.
    var isObject: Bool { current & 1 == 1 }

    mutating func push(isObject: Bool) {
        if count > 0, count.isMultiple(of: 64) {
            outer.append(current)
            current = 0
        }
        current = current << 1 | (isObject ? 1 : 0)
        count += 1
    }

    mutating func pop() {
        current >>= 1
        count -= 1
        if count > 0, count.isMultiple(of: 64) { current = outer.removeLast() }
    }
}
