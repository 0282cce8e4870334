/// A document in memory that can be changed: what a patch is applied to.
///
/// Flat, so that neither reading nor writing a deep document recurses; every byte is looked at a fixed number of times, and
/// so is every key of an object that something is looked up in.
struct JSONTree {
    private struct Member {
        var key: ExactString
        /// Nil once it is removed.
        var value: Int?
    }

    private enum Node {
        /// As it is written.
        case scalar([UInt8])
        case object([Member])
        case array([Int])
    }

    private var nodes: [Node] = []
    /// Of each object that something was looked up in, where in it each key is.
    private var places: [Int: [ExactString: Int]] = [:]

    /// Nil when the document is no JSON.
    init?(_ document: [UInt8]) {
        do throws(JSONError) {
            try JSONReader.read(document) { reader throws(JSONError) in try read(&reader) }
        } catch {
            return nil
        }
    }

    private mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        var open: [Int] = []
        // Of the innermost container; the others have had an item.
        var isFirst = true
        repeat {
            let kind = try reader.peek()
            if kind == .object || kind == .array {
                guard open.count < reader.maximumDepth else {
                    throw JSONError(.tooDeep(limit: reader.maximumDepth), at: reader.position)
                }
                _ = kind == .object ? try reader.enterObject() : try reader.enterArray()
                open.append(nodes.count)
                nodes.append(kind == .object ? .object([]) : .array([]))
                isFirst = true
            } else {
                let range = try reader.skipValue()
                nodes.append(.scalar(unsafe reader.withBytes(range) { unsafe [UInt8]($0) }))
            }
            while let last = open.last {
                if try beginItem(of: last, &reader, &isFirst) { break }
                open.removeLast()
                isFirst = false
            }
        } while !open.isEmpty
    }

    /// Notes that the next value is one of `container`; false at its end.
    private mutating func beginItem(
        of container: Int,
        _ reader: inout JSONReader,
        _ isFirst: inout Bool
    ) throws(JSONError) -> Bool {
        let next = nodes.count
        switch nodes[container] {
        case .object(var members):
            guard let key = try reader.nextKey(&isFirst) else { return false }
            nodes[container] = .scalar([])
            members.append(Member(key: ExactString(key.string), value: next))
            nodes[container] = .object(members)
        case .array(var elements):
            guard try reader.nextElement(&isFirst) else { return false }
            nodes[container] = .scalar([])
            elements.append(next)
            nodes[container] = .array(elements)
        case .scalar: return false
        }
        return true
    }

    // MARK: Changing

    /// False, and part of it may be done, when it does not fit.
    mutating func apply(_ operation: JSONPatch.Operation) -> Bool {
        switch operation {
        case .remove(let path): return remove(JSONPointer(path)) != nil
        case .move(let from, let path):
            guard let value = remove(JSONPointer(from)) else { return false }
            return add(value, at: JSONPointer(path))
        case .replace(let path, let value):
            guard let node = find(JSONPointer(path)) else { return false }
            nodes[node] = .scalar(Self.string(value))
            return true
        case .append(let path, let value):
            return append(value, to: JSONPointer(path).parent)
        case .addList(let path, let values):
            let elements = values.map { new(.scalar(Self.string($0))) }
            return add(new(.array(elements)), at: JSONPointer(path))
        }
    }

    private mutating func append(_ value: String, to pointer: JSONPointer) -> Bool {
        guard let list = find(pointer), case .array(var elements) = nodes[list] else { return false }
        // The elements are added to where they are: one after the other, copies would cost the square.
        nodes[list] = .scalar([])
        elements.append(new(.scalar(Self.string(value))))
        nodes[list] = .array(elements)
        return true
    }

    private mutating func new(_ node: Node) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }

    private static func string(_ text: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 64)
        writer.string(text)
        return writer.bytes
    }

    private mutating func find(_ pointer: JSONPointer) -> Int? {
        var node = 0
        for token in pointer.tokens {
            switch nodes[node] {
            case .object(let members):
                guard let place = place(of: token, in: node), let value = members[place].value else { return nil }
                node = value
            case .array(let elements):
                guard let index = Int(token.string), elements.indices.contains(index) else { return nil }
                node = elements[index]
            case .scalar: return nil
            }
        }
        return node
    }

    /// Where in an object a key is; of a repeated one the others are dropped.
    private mutating func place(of key: ExactString, in object: Int) -> Int? {
        if let known = places[object] { return known[key] }
        guard case .object(var members) = nodes[object] else { return nil }
        var found: [ExactString: Int] = [:]
        for index in members.indices {
            if let earlier = found.updateValue(index, forKey: members[index].key) { members[earlier].value = nil }
        }
        nodes[object] = .object(members)
        places[object] = found
        return found[key]
    }

    /// What was removed; nil where there is nothing.
    ///
    /// Elements of lists are not removed by any patch that is made here.
    private mutating func remove(_ pointer: JSONPointer) -> Int? {
        guard let key = pointer.tokens.last, let object = find(pointer.parent),
            let place = place(of: key, in: object), case .object(let members) = nodes[object],
            let value = members[place].value
        else { return nil }
        change(object) { $0[place].value = nil }
        return value
    }

    /// Changes the members of an object where they are.
    private mutating func change(_ object: Int, _ body: (inout [Member]) -> Void) {
        guard case .object(var members) = nodes[object] else { return }
        nodes[object] = .scalar([])
        body(&members)
        nodes[object] = .object(members)
    }

    private mutating func add(_ value: Int, at pointer: JSONPointer) -> Bool {
        guard let key = pointer.tokens.last, let object = find(pointer.parent) else { return false }
        let place = place(of: key, in: object)
        guard case .object(let members) = nodes[object] else { return false }
        if let place {
            change(object) { $0[place].value = value }
        } else {
            places[object]?[key] = members.count
            change(object) { $0.append(Member(key: key, value: value)) }
        }
        return true
    }

    // MARK: Writing

    /// The document, compact.
    var json: [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        var open: [(node: Int, next: Int)] = []
        var next: Int? = 0
        while true {
            if let node = next {
                next = nil
                switch nodes[node] {
                case .scalar(let text): writer.value(ExactString(String(decoding: text, as: UTF8.self)))
                case .object:
                    writer.beginObject()
                    open.append((node, 0))
                case .array:
                    writer.beginArray()
                    open.append((node, 0))
                }
            }
            guard let last = open.popLast() else { return writer.bytes }
            switch nodes[last.node] {
            case .object(let members):
                guard last.next < members.count else {
                    writer.endObject()
                    continue
                }
                open.append((last.node, last.next + 1))
                guard let value = members[last.next].value else { continue }
                writer.escapedKey(members[last.next].key.string)
                next = value
            case .array(let elements):
                guard last.next < elements.count else {
                    writer.endArray()
                    continue
                }
                open.append((last.node, last.next + 1))
                next = elements[last.next]
            case .scalar: continue
            }
        }
    }
}
