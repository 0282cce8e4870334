package import JSONPull
internal import YAMLPull

extension ManifestText {
    /// The parts that say something of a person's own, in order: texts as values, and comments.
    ///
    /// Numbers and what stands between is not among them, nor keys that `isKnown`, nor the values at paths that `isShown`, as
    /// `spec.secrets`: elements of lists have the path of the list. What cannot be read is.
    package func textsToHide(
        unless isShown: (ExactString) -> Bool,
        keys isKnown: (ExactString) -> Bool
    ) -> [Range<Int>] {
        var hidden: [Range<Int>] = []
        var open: [Container] = []
        var end = 0
        for (index, node) in tree.nodes.enumerated() {
            while let last = open.last, index >= last.end { open.removeLast() }
            let isKey = open.last?.isBeforeKey ?? false
            if let last = open.indices.last, open[last].isMapping {
                if isKey { open[last].enter(tree.text(of: index), depth: open.count) }
                open[last].isBeforeKey = !isKey
            }
            let path = open.last?.path
            switch node.kind {
            case .mapping, .sequence:
                let isMapping = node.kind == .mapping
                let own = open.isEmpty ? "" : path
                open.append(Container(isMapping: isMapping, end: node.end, isBeforeKey: isMapping, own: own))
            case .scalar, .alias:
                hidden += comments(in: end..<max(end, node.range.lowerBound))
                end = max(end, node.range.upperBound)
                let isHidden =
                    isKey
                    ? !isKnown(tree.text(of: index))
                    : node.kind != .alias && node.isString && !(path.map(isShown) ?? false)
                if isHidden { hidden += text(of: node) }
            }
        }
        hidden += tree.isWhole ? comments(in: end..<tree.bytes.count) : [end..<tree.bytes.count]
        return hidden.filter { !$0.isEmpty }.map { $0.lowerBound + base..<$0.upperBound + base }
    }

    private struct Container {
        /// Nothing that is shown is deeper.
        private static let maximumDepth = 8

        let isMapping: Bool
        let end: Int
        var isBeforeKey: Bool
        /// Where it is itself; nil where that is too deep to matter.
        private let own: ExactString?
        /// Where what is read of it is.
        private(set) var path: ExactString?

        init(isMapping: Bool, end: Int, isBeforeKey: Bool, own: ExactString?) {
            (self.isMapping, self.end, self.isBeforeKey, self.own, path) = (isMapping, end, isBeforeKey, own, own)
        }

        mutating func enter(_ key: ExactString, depth: Int) {
            guard let own, depth <= Self.maximumDepth else {
                path = nil
                return
            }
            path = own.isEmpty ? key : ExactString("\(own).\(key)")
        }
    }

    /// What a text has that is one: a number in quotes is none, and `|` neither.
    private func text(of node: SourceTree.Node) -> [Range<Int>] {
        let written = tree.bytes[node.range]
        if node.style == .block {
            let header = written.prefix { "|>+-0123456789".utf8.contains($0) }.count
            return [node.range.lowerBound + header..<node.range.upperBound]
        }
        let isNumber = written.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || "\"'.-".utf8.contains($0) }
        return isNumber ? [] : [node.range]
    }

    /// From each `#` that a comment starts with to the end of its line.
    private func comments(in range: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let before = index > 0 ? tree.bytes[index - 1] : UInt8(ascii: "\n")
            guard tree.bytes[index] == UInt8(ascii: "#"), SourceTree.isBlank(before) || SourceTree.endsLine(before)
            else {
                index += 1
                continue
            }
            let start = index + 1
            while index < range.upperBound, !SourceTree.endsLine(tree.bytes[index]) { index += 1 }
            found.append(start..<index)
        }
        return found
    }
}
