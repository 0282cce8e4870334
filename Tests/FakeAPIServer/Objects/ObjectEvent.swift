/// What happened to an object.
struct ObjectEvent {
    enum Kind: String {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    var kind: Kind
    /// As it stands after the event; for a deletion as it was last, with the version of the deletion.
    var object: StoredObject
}
