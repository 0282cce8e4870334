/// What reading YAML may cost, whatever the text says.
///
/// Neither number of bytes may be more than 1 GiB.
package struct YAMLLimits: Sendable {
    /// Bytes of YAML in one file.
    package var maximumTextBytes = 64 << 20
    /// Bytes of JSON that one document may become; aliases multiply what the file holds.
    package var maximumJSONBytes = 64 << 20
    /// Nesting of a document with its aliases expanded.
    ///
    /// Less than the 1,000 levels at which ``YAMLEvents`` stops reading, so that what follows such a document is still read.
    package var maximumDepth = 900
    /// Warnings kept for one document; a person reads them.
    package var maximumWarnings = 100

    package init() {}
}

/// Counts the values a document becomes and refuses an alias bomb, by the arithmetic of kubectl (`allowedAliasRatio`
/// in go-yaml v2 decode.go), so that both refuse the same documents.
struct YAMLAliasBudget {
    /// Values up to which 99% may come from aliases.
    private static let smallDocument = 400_000
    /// Values from which on only 10% may come from aliases.
    private static let largeDocument = 4_000_000

    private var values = 0
    private var aliasedValues = 0

    /// Counts one value; false when too many of them came from aliases.
    mutating func allowsValue(isAliased: Bool) -> Bool {
        values += 1
        guard isAliased else { return true }
        aliasedValues += 1
        guard aliasedValues > 100, values > 1_000 else { return true }
        return Double(aliasedValues) / Double(values) <= allowedRatio
    }

    private var allowedRatio: Double {
        if values <= Self.smallDocument { return 0.99 }
        if values >= Self.largeDocument { return 0.10 }
        return 0.99 - 0.89 * Double(values - Self.smallDocument) / Double(Self.largeDocument - Self.smallDocument)
    }
}
