/// A place in a text file, as editors count.
package struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    /// Line from 1.
    package var line: Int
    /// Column in characters (Unicode scalars) from 1.
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package var description: String { "line \(line), column \(column)" }
}
