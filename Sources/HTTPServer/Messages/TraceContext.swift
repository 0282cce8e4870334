/// Where a request stands in a distributed trace: the field `traceparent` of W3C Trace Context, section 3.2.
package struct TraceContext: Hashable, Sendable {
    /// `trace-id`, never zero.
    package let traceID: (high: UInt64, low: UInt64)
    /// `parent-id`: the caller's own step, never zero.
    package let parentID: UInt64
    /// Whether the caller records the trace (`trace-flags`, the lowest bit).
    package let isSampled: Bool

    /// `00-` and 32, 16 and 2 hexadecimal digits with dashes between them.
    private static let byteCount = 55

    /// Reads the value of a field; nil when it is malformed.
    ///
    /// Versions after 00 may have more behind a further dash (section 4.3); version ff is none.
    package init?(_ value: UnsafeBufferPointer<UInt8>) {
        let count = value.count
        // The bytes are lent for the call.
        guard count >= Self.byteCount, let version = unsafe Self.number(value, 0, 2), version != 0xFF,
            unsafe count == Self.byteCount || version > 0 && Self.isDash(value, Self.byteCount),
            unsafe Self.isDash(value, 2) && Self.isDash(value, 35) && Self.isDash(value, 52),
            let high = unsafe Self.number(value, 3, 16), let low = unsafe Self.number(value, 19, 16), high | low != 0,
            let parent = unsafe Self.number(value, 36, 16), parent != 0, let flags = unsafe Self.number(value, 53, 2)
        else { return nil }
        (traceID, parentID, isSampled) = ((high, low), parent, flags & 1 == 1)
    }

    /// Makes one of its parts; `parentID` is of the step that has it, which is the parent of those in it.
    package init(traceID: (high: UInt64, low: UInt64), parentID: UInt64, isSampled: Bool) {
        (self.traceID, self.parentID, self.isSampled) = (traceID, parentID, isSampled)
    }

    private static func isDash(_ value: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
        unsafe value[index] == UInt8(ascii: "-")
    }

    /// Digits from `start` on, of which upper case are none.
    private static func number(_ value: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> UInt64? {
        var number: UInt64 = 0
        for index in start..<(start + count) {
            let byte = unsafe value[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }

    /// 32 hexadecimal digits.
    package var traceIDText: String { Self.text(traceID.high) + Self.text(traceID.low) }

    /// 16 hexadecimal digits.
    package var parentIDText: String { Self.text(parentID) }

    /// The value of the field, in version 00.
    package var fieldText: String { "00-\(traceIDText)-\(parentIDText)-0\(isSampled ? 1 : 0)" }

    /// An id of a step, in 16 hexadecimal digits.
    package static func text(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    package static func == (one: TraceContext, other: TraceContext) -> Bool {
        one.traceID == other.traceID && one.parentID == other.parentID && one.isSampled == other.isSampled
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(traceID.high)
        hasher.combine(traceID.low)
        hasher.combine(parentID)
    }
}

/// What a request says of the trace it is part of.
package enum TraceParent: Hashable, Sendable {
    case absent
    /// There is a field that is none, or there are several: nothing is known (section 3.2.1).
    case malformed
    case context(TraceContext)

    /// Takes one more field.
    mutating func note(_ value: UnsafeBufferPointer<UInt8>) {
        guard self == .absent, let context = unsafe TraceContext(value) else {
            self = .malformed
            return
        }
        self = .context(context)
    }

    /// Nil unless there is one.
    package var context: TraceContext? {
        if case .context(let context) = self { context } else { nil }
    }
}
