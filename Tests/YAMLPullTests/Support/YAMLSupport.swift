import JSONPull
import Testing
import YAMLPull

/// The documents and errors of a YAML text, in order.
func yamlResults(_ text: String, limits: YAMLLimits = YAMLLimits()) -> [Result<YAMLDocument, YAMLError>] {
    yamlResults(Array(text.utf8), limits: limits)
}

/// The documents and errors of YAML bytes, in order.
func yamlResults(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) -> [Result<YAMLDocument, YAMLError>] {
    var results: [Result<YAMLDocument, YAMLError>] = []
    YAMLReader.documents(in: bytes, limits: limits) { results.append($0) }
    return results
}

/// What a text becomes, one line a document: its JSON, or its error.
///
/// All JSON is read back by the JSON reader.
func yamlLines(_ text: String) throws -> [String] {
    try yamlLines(Array(text.utf8))
}

/// What bytes become, one line a document: its JSON, or its error.
///
/// All JSON is read back by the JSON reader.
func yamlLines(_ bytes: [UInt8]) throws -> [String] {
    try yamlResults(bytes).map { result in
        switch result {
        case .success(let document):
            try JSONReader.read(document.json) { reader throws(JSONError) in _ = try reader.skipValue() }
            return String(decoding: document.json, as: UTF8.self)
        case .failure(let error): return error.description
        }
    }
}

/// The one document of a text.
func yamlDocument(_ text: String, limits: YAMLLimits = YAMLLimits()) throws -> YAMLDocument {
    let results = yamlResults(text, limits: limits)
    #expect(results.count == 1)
    return try #require(results.first).get()
}

/// The one error of a text.
func yamlError(_ text: String, limits: YAMLLimits = YAMLLimits()) throws -> String {
    let results = yamlResults(text, limits: limits)
    #expect(results.count == 1)
    guard case .failure(let error) = try #require(results.first) else { return "no error" }
    return error.description
}
