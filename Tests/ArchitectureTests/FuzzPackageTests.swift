import Foundation
import TestCheckout
import Testing

/// `Tests/Fuzz` builds the server's sources by a manifest of its own, which nothing else builds.
@Suite struct `The package of the fuzz targets` {
    private static func manifest(_ path: String) throws -> String {
        try Checkout.text(path)
    }

    /// Names of the dependencies in the text between two brackets.
    private static func names(_ text: Substring) -> Set<String> {
        let text = text.replacing("log,", with: #""Logging","#).replacing("tracing,", with: #""Tracing","#).replacing(
            #/package: "[^"]*"/#,
            with: ""
        )
        return Set(text.matches(of: #/"([A-Za-z0-9-]+)"/#).map { String($0.output.1) })
    }

    @Test func `gives each target what the server's package gives it`() throws {
        let server = try Self.manifest("Package.swift")
        let fuzz = try Self.manifest("Tests/Fuzz/Package.swift")
        var count = 0
        for target in fuzz.matches(of: #/counted\(\s*"([A-Za-z]+)",\s*\[([^\]]*)\]\s*\)/#) {
            count += 1
            let name = target.output.1
            let pattern = try Regex(
                #"\.target\(\s*name: "\#(name)",\s*dependencies: \[([^\]]*)\]"#,
                as: (Substring, Substring).self
            )
            let original = try #require(server.firstMatch(of: pattern), "\(name)")
            #expect(Self.names(target.output.2) == Self.names(original.output.1), "\(name)")
        }
        #expect(count == 19)
    }

    @Test func `takes the same versions of what others wrote`() throws {
        let server = try Self.manifest("Package.swift")
        let packages = try Self.manifest("Tests/Fuzz/Package.swift").matches(of: #/\.package\(url: .*\)/#)
        #expect(packages.count >= 3)
        for package in packages { #expect(server.contains(package.output)) }
    }
}
