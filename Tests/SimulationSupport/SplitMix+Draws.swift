package import TestRandomness

extension SplitMix {
    /// True so many times in a thousand.
    package mutating func happens(_ perMille: Int) -> Bool {
        Int(next() % 1000) < perMille
    }

    package mutating func draw(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
    }

    package mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int(next() % UInt64(elements.count))]
    }
}
