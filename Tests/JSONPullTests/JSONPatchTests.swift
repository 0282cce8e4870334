import JSONPull
import Testing

@Suite struct `A JSON Patch` {
    private func applied(_ document: String, _ operations: JSONPatch.Operation...) -> String? {
        JSONPatch(operations).applied(to: Array(document.utf8)).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `changes a document as RFC 6902 says`() {
        #expect(applied(#"{"a":{"b":1,"c":[2]}}"#, .remove(path: "/a/b")) == #"{"a":{"c":[2]}}"#)
        #expect(applied(#"{"a":1}"#, .replace(path: "/a", value: "1\"")) == #"{"a":"1\""}"#)
        #expect(applied(#"{"a":{"t":60},"b":{}}"#, .move(from: "/a/t", path: "/b/u")) == #"{"a":{},"b":{"u":60}}"#)
        #expect(applied(#"{"a":["x"]}"#, .append(path: "/a/-", value: "y")) == #"{"a":["x","y"]}"#)
        #expect(applied(#"{"a":null}"#, .addList(path: "/a", values: ["y", "z"])) == #"{"a":["y","z"]}"#)
        #expect(applied(#"{"a":[{"b":1},{"b":2}]}"#, .remove(path: "/a/1/b")) == #"{"a":[{"b":1},{}]}"#)
        #expect(applied(#"{"a/b":1,"m~n":2,"~1":3}"#, .remove(path: "/a~1b"), .remove(path: "/~01")) == #"{"m~n":2}"#)
    }

    @Test(arguments: [
        JSONPatch.Operation.remove(path: "/x"), .remove(path: ""), .replace(path: "/a/b/c", value: ""),
        .append(path: "/a/-", value: ""), .append(path: "/l/0/-", value: ""), .addList(path: "/a/b/c", values: []),
        .move(from: "/a/x", path: "/b"), .replace(path: "/l/7", value: ""), .replace(path: "/l/-1", value: ""),
    ])
    func `that does not fit changes nothing`(operation: JSONPatch.Operation) {
        #expect(applied(#"{"a":{"b":1},"l":[1]}"#, operation) == nil)
    }

    @Test func `of a repeated key means the last one, and takes all`() {
        #expect(applied(#"{"a":1,"b":2,"a":3}"#, .remove(path: "/a")) == #"{"b":2}"#)
        #expect(applied(#"{"a":1,"a":3}"#, .replace(path: "/a", value: "x")) == #"{"a":"x"}"#)
    }

    @Test func `has each operation once, and one list for one place`() {
        var patch = JSONPatch()
        for values in [["a"], ["b", "a"], ["b"]] { patch.add(.addList(path: "/s", values: values)) }
        patch.add(.remove(path: "/\u{E9}"))
        patch.add(.remove(path: "/e\u{301}"))
        patch.add(.remove(path: "/\u{E9}"))
        #expect(patch.operations.count == 3)
        #expect(patch.operations.first == .addList(path: "/s", values: ["a", "b"]))
    }

    @Test func `reads deep documents without recursion, and no others`() {
        let deep = String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)
        #expect(applied(deep) == deep)
        #expect(applied("{") == nil && applied("") == nil)
    }
}
