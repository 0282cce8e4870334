internal import JSONPull

extension SourceTree {
    /// What stands before the first mistake in a text that has one, is what there is.
    init(yaml bytes: [UInt8]) {
        self.init(bytes, isJSON: false)
        let places = CharacterPlaces(bytes)
        var index = 0
        while index < bytes.count {
            let length = YAMLLines.breakLength(at: index, in: bytes)
            if length > 0 { lineStarts.append(index + length) }
            index += max(length, 1)
        }
        YAMLEvents.read(bytes) { (events: inout YAMLEvents) throws(Never) in
            var open: [Int] = []
            while let event = next(&events), event.kind != .streamEnd {
                add(event, places.bytes(of: event.characters), &open)
            }
        }
    }

    /// Nil after a mistake.
    private mutating func next(_ events: inout YAMLEvents) -> YAMLEvent? {
        do throws(YAMLProblem) {
            return try events.next(addingTextTo: &texts)
        } catch {
            isWhole = false
            return nil
        }
    }

    private mutating func add(_ event: YAMLEvent, _ range: Range<Int>, _ open: inout [Int]) {
        let hasProperties = !event.anchor.isEmpty || event.tag != .none
        switch event.kind {
        case .scalar:
            let text = texts.count - event.textCount..<texts.count
            var node = Node(
                .scalar,
                Node.Style(event.style),
                range.lowerBound..<endOfContent(range),
                hasProperties: hasProperties,
                isString: !event.isPlain || YAMLScalar.resolving(texts.span.extracting(text)) == .string
            )
            node.text = text
            append(node, in: open)
        case .alias: append(Node(.alias, .plain, range), in: open)
        case .sequenceStart, .mappingStart:
            let kind: Node.Kind = event.kind == .mappingStart ? .mapping : .sequence
            let node = Node(
                kind,
                Node.Style(event.style),
                range.lowerBound..<range.lowerBound,
                hasProperties: hasProperties
            )
            append(node, in: open)
            open.append(nodes.count - 1)
        case .collectionEnd:
            guard let last = open.popLast() else { return }
            if nodes[last].style == .flow { nodes[last].range = nodes[last].range.lowerBound..<range.upperBound }
            nodes[last].end = nodes.count
            extend(open.last, to: nodes[last].range.upperBound)
        case .documentStart, .documentEnd, .streamEnd, .other: break
        }
    }

    private mutating func append(_ node: Node, in open: [Int]) {
        nodes.append(node)
        nodes[nodes.count - 1].end = nodes.count
        extend(open.last, to: node.range.upperBound)
    }

    /// What is not in brackets ends where the last thing in it does.
    private mutating func extend(_ collection: Int?, to end: Int) {
        guard let collection, nodes[collection].style != .flow else { return }
        let start = nodes[collection].range.lowerBound
        nodes[collection].range = start..<max(nodes[collection].range.upperBound, end)
    }

    /// Where the last character is that is no blank and no line end: a text behind `|` ends with those that follow it.
    private func endOfContent(_ range: Range<Int>) -> Int {
        var end = range.upperBound
        while end > range.lowerBound, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
        return end
    }
}

extension SourceTree.Node.Style {
    fileprivate init(_ style: YAMLEvent.Style) {
        self =
            switch style {
            case .plain: .plain
            case .singleQuoted: .singleQuoted
            case .doubleQuoted: .doubleQuoted
            case .block: .block
            case .flow: .flow
            }
    }
}

/// Where the characters of a text are.
private struct CharacterPlaces {
    /// Of each character where it starts, and the end; empty for ASCII, where that says itself.
    private var starts: [UInt32] = []
    private let count: Int

    init(_ bytes: [UInt8]) {
        count = bytes.count
        guard bytes.contains(where: { $0 >= 0x80 }) else { return }
        starts.reserveCapacity(bytes.count + 1)
        for (index, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 { starts.append(UInt32(index)) }
        starts.append(UInt32(bytes.count))
    }

    func bytes(of characters: Range<Int>) -> Range<Int> {
        byte(at: characters.lowerBound)..<byte(at: characters.upperBound)
    }

    private func byte(at character: Int) -> Int {
        starts.isEmpty ? min(character, count) : Int(starts[min(character, starts.count - 1)])
    }
}
