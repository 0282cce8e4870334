/// Whether two JSON values say the same: key order, a null member against an absent one, and `1` against `1.0` make no
/// difference; of a repeated key the last counts.
///
/// Iterative, like all that walks a peer's nesting, and without a tree of either: arrays are read side by side, and the
/// members of two objects are put in the order of their keys unless they are in it. Every byte is read a fixed number of
/// times; keys out of order cost a sort of one object's own.
package enum JSONEquality {
    /// Compares two values of documents that have been read before.
    ///
    /// - Throws: ``JSONError`` when one of them is no JSON value.
    package static func areEqual(
        _ left: UnsafeRawBufferPointer,
        _ right: UnsafeRawBufferPointer
    ) throws(JSONError) -> Bool {
        // Equal bytes are equal values, and an update that leaves the spec alone nearly always repeats its bytes.
        if left.count == right.count, unsafe left.elementsEqual(right) { return true }
        // No body is that large; if one were, it would count as changed.
        guard max(left.count, right.count) <= JSONContainers.maximumBytes else { return false }
        var one = unsafe try ComparedDocument(left)
        var other = unsafe try ComparedDocument(right)
        return try areEqual(&one, &other)
    }

    /// Two values to be compared, or what is left of two arrays.
    private struct Pair {
        var left: JSONPlace
        var right: JSONPlace
        /// Whether both places are behind an element.
        var isRest = false
    }

    private static func areEqual(
        _ left: inout ComparedDocument,
        _ right: inout ComparedDocument
    ) throws(JSONError) -> Bool {
        var pending = [Pair(left: try left.root(), right: try right.root())]
        while let pair = pending.popLast() {
            if pair.isRest {
                left.go(to: pair.left)
                right.go(to: pair.right)
                guard try haveEqualElements(&left, &right, isFirst: false, &pending) else { return false }
                continue
            }
            let kind = try left.kind(at: pair.left)
            guard try right.kind(at: pair.right) == kind else { return false }
            switch kind {
            case .object: guard try haveEqualMembers(&left, &right, pair, &pending) else { return false }
            case .array:
                left.enterArray(at: pair.left)
                right.enterArray(at: pair.right)
                guard try haveEqualElements(&left, &right, isFirst: true, &pending) else { return false }
            default: guard try left.scalar(at: pair.left).equals(right.scalar(at: pair.right)) else { return false }
            }
        }
        return true
    }

    /// Compares elements up to the first that has items of its own; it and what is behind it are added to `pending`.
    private static func haveEqualElements(
        _ left: inout ComparedDocument,
        _ right: inout ComparedDocument,
        isFirst: Bool,
        _ pending: inout [Pair]
    ) throws(JSONError) -> Bool {
        var (isFirst, isFirstOfRight) = (isFirst, isFirst)
        while true {
            let goesOn = try left.nextElement(&isFirst)
            guard try right.nextElement(&isFirstOfRight) == goesOn else { return false }
            guard goesOn else { return true }
            let (one, other) = (try left.passValue(), try right.passValue())
            guard one.kind == other.kind else { return false }
            if one.kind.isContainer {
                pending.append(Pair(left: left.place, right: right.place, isRest: true))
                pending.append(Pair(left: one.place, right: other.place))
                return true
            }
            guard left.scalar(passedAt: one.place).equals(right.scalar(passedAt: other.place)) else { return false }
        }
    }

    /// Compares members with plain values; all others are added to `pending`.
    private static func haveEqualMembers(
        _ left: inout ComparedDocument,
        _ right: inout ComparedDocument,
        _ pair: Pair,
        _ pending: inout [Pair]
    ) throws(JSONError) -> Bool {
        let one = try left.members(at: pair.left)
        let other = try right.members(at: pair.right)
        guard one.count == other.count else { return false }
        for (member, counterpart) in zip(one, other) {
            guard left.order(member, right, counterpart) == 0 else { return false }
            let kind = try left.kind(at: member.value)
            guard try right.kind(at: counterpart.value) == kind else { return false }
            if kind.isContainer {
                pending.append(Pair(left: member.value, right: counterpart.value))
            } else if try !left.scalar(at: member.value).equals(right.scalar(at: counterpart.value)) {
                return false
            }
        }
        return true
    }
}
