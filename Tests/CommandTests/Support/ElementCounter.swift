import Foundation
import FoundationXML

/// How often each element occurs in an XML document, and which files its test cases name.
final class ElementCounter: NSObject, XMLParserDelegate {
    private(set) var counts: [String: Int] = [:]
    private(set) var files: Set<String> = []

    func parser(
        _ parser: XMLParser,
        didStartElement elementName: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        counts[elementName, default: 0] += 1
        if let file = attributes["file"] { files.insert(file) }
    }
}
