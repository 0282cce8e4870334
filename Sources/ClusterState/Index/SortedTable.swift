/// Values by name, in the order of the names: finding, putting and removing one costs as many comparisons as the number of
/// names has digits, and moves no more than a few of the others.
///
/// They stand in pieces of bounded size. Whoever got the values of a piece keeps them while others change: what is then
/// copied is a piece.
package struct SortedTable<Name: Comparable & Sendable, Value: Sendable>: Sendable {
    private struct Piece: Sendable {
        var names: [Name]
        var values: [Value]
    }

    /// More are divided in two.
    private static var maximumPiece: Int { 128 }

    /// None is empty.
    private var pieces: [Piece] = []
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { pieces.isEmpty }

    /// The value of the first name.
    package var first: Value? { pieces.first?.values.first }

    /// All values, in the order of their names; nothing is copied of a few.
    package var values: [Value] {
        if pieces.count == 1 { return pieces[0].values }
        var values: [Value] = []
        values.reserveCapacity(count)
        for piece in pieces { values += piece.values }
        return values
    }

    /// Puts a value in place of the one of its name.
    package mutating func put(_ value: Value, at name: Name) {
        guard let number = piece(of: name) else {
            pieces = [Piece(names: [name], values: [value])]
            count = 1
            return
        }
        let index = Self.place(of: name, in: pieces[number].names)
        if index < pieces[number].names.count, pieces[number].names[index] == name {
            pieces[number].values[index] = value
            return
        }
        pieces[number].names.insert(name, at: index)
        pieces[number].values.insert(value, at: index)
        count += 1
        if pieces[number].names.count > Self.maximumPiece { divide(number) }
    }

    /// Takes the value of a name out, if it is there.
    package mutating func remove(_ name: Name) {
        guard let number = piece(of: name) else { return }
        let index = Self.place(of: name, in: pieces[number].names)
        guard index < pieces[number].names.count, pieces[number].names[index] == name else { return }
        pieces[number].names.remove(at: index)
        pieces[number].values.remove(at: index)
        count -= 1
        if pieces[number].names.isEmpty { pieces.remove(at: number) }
    }

    /// Number of the piece a name is in, or would be; nil when there is none at all.
    private func piece(of name: Name) -> Int? {
        if pieces.isEmpty { return nil }
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].names[0] <= name { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }

    /// Index of the first name that is not before `name`.
    private static func place(of name: Name, in names: [Name]) -> Int {
        var (low, high) = (0, names.count)
        while low < high {
            let middle = (low + high) / 2
            if names[middle] < name { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func divide(_ number: Int) {
        let half = pieces[number].names.count / 2
        let rest = Piece(names: Array(pieces[number].names[half...]), values: Array(pieces[number].values[half...]))
        pieces[number].names.removeSubrange(half...)
        pieces[number].values.removeSubrange(half...)
        pieces.insert(rest, at: number + 1)
    }
}
