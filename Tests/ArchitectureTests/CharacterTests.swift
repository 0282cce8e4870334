import Foundation
import TestCheckout
import Testing

/// What others wrote is read by bytes and scalars, as the controller reads it: a combining mark behind a separator makes one
/// `Character` of both, and hides it.
///
/// The compiler knows best which operation a line means, so the object files say it: none may refer to what the standard library
/// does with grapheme clusters. `ExactString` has the same operations by bytes.
@Suite struct `Grapheme clusters` {
    /// Targets that handle foreign text.
    private static let targets = [
        "AdmissionAPI", "AdmissionServer", "AgentRuns", "ClusterState", "CustomResources", "JSONPull",
        "KubernetesClient",
        "LanguageServer", "Offline",
        "Policy",
        "Reports", "SelfManagedCertificates", "Serving", "YAMLPull", "agentrun-admission",
    ]

    /// Mangled names, and what a line that refers to them does.
    private static let symbols = [
        "$sSJ38_builtinExtendedGraphemeClusterLiteral": "makes a Character of a literal",
        "$sSJSQsWP": "compares Characters", "$sSJSHsWP": "hashes Characters", "$sSJN": "handles Characters",
        "$sSJySJs7UnicodeO6ScalarVcfC": "makes a Character of a scalar",
        "$sSSSlsMc": "takes a String for a collection of Characters: use utf8, unicodeScalars or ExactString",
        "$sSsSlsMc": "takes a Substring for a collection of Characters: use utf8, unicodeScalars or ExactString",
        "$sSS5countSivg": "counts Characters", "$sSs5countSivg": "counts Characters",
        "$sSS5index5after": "steps over Characters", "$sSs5index5after": "steps over Characters",
        "$sSS9hasPrefixySbSSF": "hasPrefix: use starts(with:)", "$sSS9hasSuffixySbSSF": "hasSuffix: use ends(with:)",
        "$sSysE9hasPrefix": "hasPrefix: use starts(with:)", "$sSysE9hasSuffix": "hasSuffix: use ends(with:)",
        "$sSy17_StringProcessingE8contains": "contains: use that of ExactString",
        "$sSS10lowercasedSSyF": "lowercased: use asciiLowercased", "$sSS10uppercasedSSyF": "uppercased",
    ]

    /// Where they are meant: the file, and why.
    private static let allowed = [
        "agentrun-admission/Options/NamespaceOptions.swift": "the letter of an option is a Character",
        "agentrun-admission/Commands/AuditCommand.swift": "the letter of an option is a Character",
    ]

    /// The folder of the running tests, which has the objects beside it.
    private static var products: URL? {
        let program = URL(filePath: CommandLine.arguments[0])
        let folders = sequence(first: program.deletingLastPathComponent()) { $0.deletingLastPathComponent() }
        return folders.prefix(6).first {
            FileManager.default.fileExists(atPath: $0.appending(path: "JSONPull.build").path)
        }
    }

    /// Those of `objects` that have any of the symbols: grep is a hundred times as fast as Foundation in a debug build.
    private static func suspects(_ objects: [String]) throws -> [String] {
        let grep = Process()
        let output = Pipe()
        grep.executableURL = URL(filePath: "/usr/bin/env")
        grep.arguments = ["grep", "-lF"] + symbols.keys.flatMap { ["-e", $0] } + ["--"] + objects
        grep.standardOutput = output
        try grep.run()
        let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        grep.waitUntilExit()
        return lines.split(separator: "\n").map(String.init)
    }

    @Test func `are used by nothing that reads foreign text`() throws {
        guard let products = Self.products else { return }
        var sources: [String: String] = [:]
        for target in Self.targets {
            let objects = products.appending(path: "\(target.replacing("-", with: "_")).build")
            let files = FileManager.default.enumerator(atPath: Checkout.root.appending(path: "Sources/\(target)").path)
            for case let path as String in files ?? .init() where path.hasSuffix(".swift") {
                let object = objects.appending(path: "\(URL(filePath: path).lastPathComponent).o").path
                // An optimised build has one object a target.
                if FileManager.default.fileExists(atPath: object) { sources[object] = "\(target)/\(path)" }
            }
        }
        if sources.isEmpty { return }
        for object in try Self.suspects(sources.keys.sorted()) {
            guard let source = sources[object], Self.allowed[source] == nil else { continue }
            let bytes = try Data(contentsOf: URL(filePath: object))
            for (symbol, use) in Self.symbols where bytes.range(of: Data(symbol.utf8)) != nil {
                Issue.record("Sources/\(source) \(use)")
            }
        }
    }
}
