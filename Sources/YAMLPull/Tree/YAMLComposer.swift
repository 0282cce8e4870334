/// Makes a ``YAMLTree`` of one document's events.
///
/// A document whose text is good YAML but which cannot become JSON (an unknown alias, too deep) is read to its end all the
/// same, so that the documents after it are not lost.
struct YAMLComposer {
    private var tree = YAMLTree()
    /// Indices of the collections that are open, outermost first.
    private var open: [Int] = []
    /// The node each anchor names at this point of the text; a later anchor of the same name takes its place.
    private var anchors: [[UInt8]: Int] = [:]
    private var failure: YAMLError?
    private let limits: YAMLLimits

    private init(limits: YAMLLimits) {
        self.limits = limits
    }

    /// Reads events up to the document's end.
    static func document(
        from events: inout YAMLEvents,
        limits: YAMLLimits
    ) throws(YAMLProblem) -> Result<YAMLTree, YAMLError> {
        var composer = YAMLComposer(limits: limits)
        while true {
            let event: YAMLEvent
            do throws(YAMLProblem) {
                event = try events.next(addingTextTo: &composer.tree.text)
            } catch {
                // What was wrong first is what there is to say; the events end here.
                guard composer.failure != nil else { throw error }
                break
            }
            if event.kind == .documentEnd || event.kind == .streamEnd { break }
            if composer.failure == nil { composer.add(event) }
        }
        if let failure = composer.failure { return .failure(failure) }
        return .success(composer.tree)
    }

    private mutating func add(_ event: YAMLEvent) {
        switch event.kind {
        case .scalar: addScalar(event)
        case .sequenceStart: openCollection(.sequence, event)
        case .mappingStart: openCollection(.mapping, event)
        case .collectionEnd:
            if let index = open.popLast() { tree.nodes[index].end = UInt32(tree.nodes.count) }
        case .alias: addAlias(event)
        case .documentStart, .documentEnd, .streamEnd, .other: break
        }
    }

    private mutating func addScalar(_ event: YAMLEvent) {
        var node = YAMLNode(kind: .scalar, tag: event.tag, isPlain: event.isPlain, mark: event.mark)
        node.isImplicit = event.isImplicit
        node.textStart = UInt32(tree.text.count - event.textCount)
        node.textCount = UInt32(event.textCount)
        append(node, anchor: event.anchor)
    }

    private mutating func openCollection(_ kind: YAMLNode.Kind, _ event: YAMLEvent) {
        guard open.count < limits.maximumDepth else {
            failure = YAMLSyntax.tooDeep(at: event.mark.position, limits: limits)
            return
        }
        append(YAMLNode(kind: kind, mark: event.mark), anchor: event.anchor)
        let index = tree.nodes.count - 1
        tree.nodes[index].end = 0
        open.append(index)
    }

    private mutating func addAlias(_ event: YAMLEvent) {
        let name = String(decoding: event.anchor, as: UTF8.self)
        guard let target = anchors[event.anchor] else {
            failure = YAMLError(
                "unknown alias *\(name)",
                at: event.mark.position,
                remedy: "define it above as &\(name), or put the value in quotes"
            )
            return
        }
        guard tree.nodes[target].end > 0 else {
            let anchor = tree.nodes[target].mark.position
            failure = YAMLError(
                "the value of anchor &\(name) contains itself",
                at: event.mark.position,
                remedy: "take the alias *\(name) out of the value that starts at \(anchor)"
            )
            return
        }
        var node = YAMLNode(kind: .alias, mark: event.mark)
        node.target = UInt32(target)
        append(node, anchor: [])
    }

    private mutating func append(_ node: YAMLNode, anchor: [UInt8]) {
        if !anchor.isEmpty { anchors[anchor] = tree.nodes.count }
        tree.nodes.append(node)
        tree.nodes[tree.nodes.count - 1].end = UInt32(tree.nodes.count)
    }
}
