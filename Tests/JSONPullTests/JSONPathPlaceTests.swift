import JSONPull
import TestPatience
import Testing

@Suite struct `Places of paths` {
    private func places(_ paths: [String], _ json: String) throws -> [JSONPath.Place] {
        unsafe Array(json.utf8).withUnsafeBytes { unsafe JSONPath.places(of: paths, in: $0) }
    }

    @Test(arguments: [
        ("a", 1, "/a", true), ("a.b", 6, "/a/b", true), ("a.b[1]", 16, "/a/b/1", true),
        ("a.b[1].c", 17, "/a/b/1/c", true),
        (#"a["x.y"]"#, 25, "/a/x.y", true), (#"a["x.y"].z"#, 25, "/a/x.y", false), ("a.b[2]", 6, "/a/b", false),
        ("a.b.c", 6, "/a/b", false), ("a[0]", 1, "/a", false), ("z", 0, "", false), ("", 0, "", true),
        ("a.b[1].c.d", 17, "/a/b/1/c", false), (#"a["~/\""]"#, 34, #"/a/~0~1""#, true),
    ])
    func `are where the last of its steps is that there is`(
        path: String,
        offset: Int,
        pointer: String,
        isExact: Bool
    ) throws {
        let json = #"{"a":{"b":[true,{"c":1}],"x.y":[],"~/\"":2}}"#
        #expect(try places([path], json) == [JSONPath.Place(offset: offset, pointer: pointer, isExact: isExact)])
    }

    @Test(arguments: [
        (#"{"a":{"b":1},"a":{"c":1}}"#, "a.b", "/a"), (#"{"a":{"c":1},"a":{"b":1}}"#, "a.b", "/a/b"),
        (#"{"a":{"b":{"c":1}},"a":{"b":{}}}"#, "a.b.c", "/a/b"), (#"{"a":{"b":1},"a":null}"#, "a.b", "/a"),
        (#"{"a":{"b":1,"b":2}}"#, "a.b", "/a/b"),
    ])
    func `are of a repeated key in the last`(json: String, path: String, pointer: String) throws {
        let place = try #require(try places(["x", path, "a"], json).dropFirst().first)
        #expect(place.pointer == pointer)
        let name = try #require(pointer.split(separator: "/").last)
        let last = try #require(
            json.ranges(of: "\"\(name)\"").last.map { json.utf8.distance(from: json.startIndex, to: $0.lowerBound) }
        )
        #expect(place.offset == last)
    }

    @Test func `are the same for many at once as for each`() throws {
        var random = SystemRandomNumberGenerator()
        func value(_ depth: Int) -> String {
            switch depth == 0 ? 0 : Int.random(in: 0...2, using: &random) {
            case 0: return "1"
            case 1: return "[" + (0..<3).map { _ in value(depth - 1) }.joined(separator: ",") + "]"
            default:
                let names = (0..<3).map { _ in ["a", "b", "c.d"].randomElement(using: &random) ?? "a" }
                return "{" + names.map { "\"\($0)\":\(value(depth - 1))" }.joined(separator: ",") + "}"
            }
        }
        let steps = [".a", ".b", #"["c.d"]"#, "[0]", "[2]", "[3]"]
        for _ in 0..<500 {
            let json = value(4)
            let paths = (0..<10).map { _ in
                let path = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    steps.randomElement(using: &random) ?? ""
                }
                let text = path.joined()
                return text.hasPrefix(".") ? String(text.dropFirst()) : text
            }
            let single = try paths.flatMap { try places([$0], json) }
            #expect(try places(paths, json) == single, "\(paths) in \(json)")
        }
    }

    /// A pass for each path would be 6 × 10⁹ steps.
    @Test(.limit(minutes: 2)) func `of many are found in one pass`() throws {
        let count = 20_000
        let json = "{\"steps\":[\((0..<count).map { "{\"name\":\"s\($0)\"}" }.joined(separator: ","))]}"
        let places = try places((0..<count).map { "steps[\($0)].name" }, json)
        #expect(!places.contains { !$0.isExact })
        #expect(places.last?.pointer == "/steps/\(count - 1)/name")
    }
}
