internal import Digest
internal import JSONPull
internal import YAMLPull

extension AdmissionPolicy {
    /// Reads a policy file: one YAML document, or JSON, which is read as YAML too so that places are named alike.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - file: its name, for messages.
    /// - Returns: the policy, compiled.
    /// - Throws: ``PolicyFileError`` with every mistake.
    package static func load(_ bytes: [UInt8], file: String) throws(PolicyFileError) -> AdmissionPolicy {
        let (document, root) = try tree(bytes, file: file)
        var mistakes: [PolicyEntry.Mistake] = []
        var policy = AdmissionPolicy(root, &mistakes)
        policy.digest = unsafe bytes.withUnsafeBytes { unsafe SHA256.hexDigest(of: $0) }
        var problems = document.warnings.map {
            PolicyFileError.Problem(line: $0.position.line, column: $0.position.column, message: $0.description)
        }
        problems += mistakes.map { document.problem(at: $0.offset, $0.message) }
        guard problems.isEmpty else { throw PolicyFileError(file: file, problems) }
        return policy
    }

    /// The file as a tree, and what knows the lines of its nodes.
    static func tree(
        _ bytes: [UInt8],
        file: String,
        kind: PolicyFileError.FileKind = .policy
    ) throws(PolicyFileError) -> (document: YAMLDocument, root: PolicyNode) {
        let document = try document(bytes, file: file, kind: kind)
        do {
            return (
                document, try JSONReader.read(document.json) { reader throws(JSONError) in try PolicyNode(&reader) }
            )
        } catch {
            throw PolicyFileError(kind, file: file, [document.problem(at: error.offset, "\(error.reason)")])
        }
    }

    /// The one document of the file.
    private static func document(
        _ bytes: [UInt8],
        file: String,
        kind: PolicyFileError.FileKind
    ) throws(PolicyFileError) -> YAMLDocument {
        var documents: [YAMLDocument] = []
        var failure: YAMLError?
        YAMLReader.documents(in: bytes) { result in
            switch result {
            case .success(let document): documents.append(document)
            case .failure(let error): failure = failure ?? error
            }
        }
        if let failure {
            let message = "\(failure.reason) (\(failure.remedy))"
            let problem = PolicyFileError.Problem(line: failure.line, column: failure.column, message: message)
            throw PolicyFileError(kind, file: file, [problem])
        }
        guard let document = documents.first else {
            let message = "the file holds no object; \(kind.remedy)"
            throw PolicyFileError(kind, file: file, [PolicyFileError.Problem(line: 1, column: 1, message: message)])
        }
        guard documents.count == 1 else {
            let position = documents[1].position
            let message = "a \(kind.rawValue) file holds one document; put the second one into a file of its own"
            throw PolicyFileError(
                kind,
                file: file,
                [PolicyFileError.Problem(line: position.line, column: position.column, message: message)]
            )
        }
        return document
    }
}

extension PolicyFileError {
    fileprivate init(_ kind: FileKind = .policy, file: String, _ problems: [Problem]) {
        self.init(
            kind: kind,
            file: file,
            problems: problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        )
    }
}

extension YAMLDocument {
    /// A mistake at an offset of the JSON the document was turned into.
    func problem(at offset: Int, _ message: String) -> PolicyFileError.Problem {
        let position = position(ofJSONOffset: offset)
        return PolicyFileError.Problem(line: position.line, column: position.column, message: message)
    }
}
