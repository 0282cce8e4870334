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
