import TestRandomness

extension SplitMix {
    /// True so many times in a thousand.
    mutating func happens(_ perMille: Int) -> Bool {
        Int(next() % 1000) < perMille
    }

    mutating func draw(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(next() % UInt64(elements.count))]
    }
}
