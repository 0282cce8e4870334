package import JSONPull
internal import YAMLPull

/// A text of YAML or JSON that is to be changed in place, comments and layout kept.
package struct ManifestText {
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The text as it was given.
    package let bytes: [UInt8]
    let tree: SourceTree
    private let index: MemberIndex
    /// Bytes before what the tree has.
    let base: Int

    /// Nil for a text in UTF-16, and one with byte order marks in its midst, the places of which are not those of its bytes.
    package init?(_ bytes: [UInt8]) {
        base = bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
        let body = base == 0 ? bytes : Array(bytes.dropFirst(base))
        let isUTF16 = bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE])
        var marks = 0
        for index in body.indices where body[index] == 0xEF && body[index...].starts(with: Self.byteOrderMark) {
            marks += 1
        }
        guard !isUTF16, marks == 0 else { return nil }
        self.bytes = bytes
        tree = SourceTree(body)
        index = MemberIndex(tree)
    }

    /// The changes that make `patch` of the object that starts at `start`, in the order of the text.
    ///
    /// That they do, and nothing else, has to be seen by reading the text again.
    package func edits(for patch: JSONPatch, at start: SourcePosition) -> Result<[TextEdit], EditRefusal> {
        guard let object = index.object(at: start) else {
            return .failure(EditRefusal("the object is not written where it was read"))
        }
        do throws(EditRefusal) {
            var planner = EditPlanner(tree, index, object: object)
            for operation in patch.operations { try planner.add(operation) }
            return .success(try planner.edits().map { moved($0) })
        } catch {
            return .failure(error)
        }
    }

    private func moved(_ edit: TextEdit) -> TextEdit {
        TextEdit(edit.range.lowerBound + base..<edit.range.upperBound + base, edit.newText)
    }
}
