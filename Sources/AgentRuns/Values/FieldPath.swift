package import JSONPull

/// Where in the object a value was written, kept as parts until a finding needs the text: a scope, fixed names, at most
/// one key or index, and fixed names again.
///
/// No part is allocated.
package struct FieldPath: Sendable {
    /// What the path starts at.
    private enum Scope: Sendable {
        case object
        case step(index: Int, name: ExactString)
    }

    /// The variable part.
    private enum Item: Sendable {
        case none
        case key(ExactString)
        case index(Int)
        /// Indices with fixed names between them, as text: few lists are of lists.
        case places(ExactString)
    }

    private var scope: Scope
    private var names: StaticString
    private var item = Item.none
    private var tail: StaticString = ""

    /// A fixed path such as `spec.vcsRef.name`; empty for the object itself.
    package init(_ names: StaticString) {
        (scope, self.names) = (.object, names)
    }

    /// A path inside a step, `names` starting with a dot.
    package init(step: WorkflowStep, _ names: StaticString = "") {
        (scope, self.names) = (.step(index: step.index, name: step.name), names)
    }

    /// The path with the member `key`, followed by fixed names.
    package func member(_ key: ExactString, _ tail: StaticString = "") -> FieldPath {
        with(.key(key), tail)
    }

    /// The path with the list item at `index`, followed by fixed names.
    package func item(_ index: Int, _ tail: StaticString = "") -> FieldPath {
        with(.index(index), tail)
    }

    /// The path with the list item at `index`, then fixed names, then the item at `second`, then fixed names again.
    package func item(_ index: Int, _ middle: StaticString, _ second: Int, _ tail: StaticString) -> FieldPath {
        with(.places(ExactString("[\(index)]\(middle)[\(second)]")), tail)
    }

    /// The path, of no variable part, followed by the list item at `index`: what is fixed may stand in two parts.
    package func appending(item index: Int) -> FieldPath {
        with(.places(ExactString("\(tail)[\(index)]")), "")
    }

    /// The path followed by fixed names.
    package func appending(_ tail: StaticString) -> FieldPath {
        with(item, tail)
    }

    private func with(_ item: Item, _ tail: StaticString) -> FieldPath {
        var path = self
        (path.item, path.tail) = (item, tail)
        return path
    }

    /// As a person reads it: `spec.workflow.steps[1].parameters.head`; long keys are cut.
    package var text: String { text(JSONPath.member) }

    /// What tells this field of an object from every other one: all of its bytes, list indices too, nothing cut.
    ///
    /// Texts are for reading; two fields whose keys begin alike have the same one.
    package struct Key: Hashable, Sendable {
        /// The path with whole keys, as `JSONPath` reads it.
        package let path: ExactString
    }

    package var key: Key { Key(path: ExactString(text(JSONPath.wholeMember))) }

    private func text(_ member: (String) -> String) -> String {
        var text = names.description
        if case .step(let index, _) = scope { text = "spec.workflow.steps[\(index)]\(names)" }
        switch item {
        case .none: break
        case .key(let key): text += member(key.string)
        case .index(let index): text += "[\(index)]"
        case .places(let places): text += places.string
        }
        return tail.utf8CodeUnitCount == 0 ? text : text + tail.description
    }

    /// What stays the same when list items move: no index, a step by its name, keys whole.
    package var identity: ExactString {
        var text = names.description
        if case .step(_, let name) = scope {
            text = "spec.workflow.steps{\(name.string.utf8.count):\(name.string)}\(names)"
        }
        switch item {
        case .none: break
        case .key(let key): text += "[\(key.string.utf8.count):\(key.string)]"
        case .index: text += "[]"
        case .places(let places):
            text += String(decoding: places.string.utf8.filter { !(0x30...0x39).contains($0) }, as: UTF8.self)
        }
        return ExactString(text + tail.description)
    }
}
