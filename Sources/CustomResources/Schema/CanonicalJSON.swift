internal import JSONPull

/// JSON values as texts that are equal where the values are: keys sorted, numbers in one form, no white space.
enum CanonicalJSON {
    static func text(of json: ExactString) -> ExactString { value(of: json).map { ExactString($0.canonical) } ?? json }

    /// The members `keys` of an object, as the API server shows the keys of a list's element.
    static func members(_ keys: [ExactString], of json: ExactString) -> ExactString {
        guard case .object(let members)? = value(of: json) else { return json }
        let kept = keys.compactMap { key in members[key].map { (key, $0) } }
        return ExactString(TreeValue.object(Dictionary(kept) { $1 }).canonical)
    }

    private static func value(of json: ExactString) -> TreeValue? {
        do throws(JSONError) {
            return try JSONReader.read(Array(json.string.utf8)) { reader throws(JSONError) in try TreeValue(&reader) }
        } catch {
            return nil
        }
    }
}
