internal import JSONPull

/// Names as the API server wants them (k8s.io/apimachinery validation): what is wrong with one, in its words, or nil.
enum NameSyntax {
    private static let subdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    private static let label =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
        + "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    private static let qualified =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    private static let value =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

    private static func tooLong(_ limit: Int) -> String { "must be no more than \(limit) bytes" }

    private static func isLabel(_ text: ExactString) -> Bool {
        let bytes = text.string.utf8
        let hyphen = UInt8(ascii: "-")
        return !bytes.isEmpty && bytes.first != hyphen && bytes.last != hyphen
            && bytes.allSatisfy { $0 == hyphen || $0.isASCIIAlphanumeric && !(0x41...0x5A).contains($0) }
    }

    private static func isName(_ text: ExactString) -> Bool {
        let bytes = text.string.utf8
        guard let first = bytes.first, let last = bytes.last else { return false }
        return first.isASCIIAlphanumeric && last.isASCIIAlphanumeric
            && bytes.allSatisfy { $0.isASCIIAlphanumeric || "-_.".utf8.contains($0) }
    }

    /// Of an object's name.
    static func fault(inName name: ExactString) -> String? {
        if name.string.utf8.count > 253 { return tooLong(253) }
        return name.split(at: ".").allSatisfy(isLabel) ? nil : subdomain
    }

    /// Of the beginning of a name: as if a letter stood for a hyphen at its end.
    static func fault(inPrefix prefix: ExactString) -> String? {
        guard prefix.string.utf8.count > 1, let before = prefix.dropping(suffix: "-") else {
            return fault(inName: prefix)
        }
        return fault(inName: ExactString("\(before)a"))
    }

    static func fault(inNamespace name: ExactString) -> String? {
        if name.string.utf8.count > 63 { return tooLong(63) }
        return isLabel(name) ? nil : label
    }

    static func fault(inLabelValue text: ExactString) -> String? {
        if text.string.utf8.count > 63 { return tooLong(63) }
        return text.isEmpty || isName(text) ? nil : value
    }

    /// Of a key of labels and annotations, and of a finalizer: a name, and perhaps a domain before it.
    static func fault(inKey key: ExactString) -> String? {
        let parts = key.split(at: "/")
        guard parts.count <= 2, let name = parts.last else {
            return "a qualified name \(qualified.dropping(upTo: "must")) with an optional DNS subdomain prefix and '/' "
                + "(e.g. 'example.com/MyName')"
        }
        if parts.count == 2 {
            if parts[0].isEmpty { return "prefix part must be non-empty" }
            if fault(inName: parts[0]) != nil { return "prefix part \(subdomain)" }
        }
        if name.isEmpty { return "name part must be non-empty" }
        if name.string.utf8.count > 63 { return "name part \(tooLong(63))" }
        return isName(name) ? nil : qualified
    }
}

extension String {
    fileprivate func dropping(upTo text: ExactString) -> String {
        ExactString(self).cut(atFirst: text).map { text.string + $0.after.string } ?? self
    }
}
