import Foundation
import TLS

/// All objects of the server, with one `resourceVersion` that grows with every write.
final class ObjectStore {
    /// Where versions begin: high enough that "1" is always too old.
    static let firstVersion = 1000

    private(set) var version = ObjectStore.firstVersion
    /// Watches tell of nothing after it; nil as long as they tell of everything.
    var stalledVersion: Int?
    private var collections: [FakeResource: ObjectCollection] = [:]
    private let historyLimit: Int
    private let now: @Sendable () -> UnixTime
    private var generatedNames = 0
    /// Kept, as making one takes longer than answering.
    private let dateFormatter = ObjectStore.makeDateFormatter()

    init(historyLimit: Int, now: @escaping @Sendable () -> UnixTime) {
        self.historyLimit = historyLimit
        self.now = now
    }

    var timestamp: String { now().description }

    /// Seconds that ``date`` is ahead.
    var dateOffset = 0

    /// What the server takes for now: in the `Date` of answers, and where certificates of clients end.
    var date: UnixTime { now().adding(seconds: Int64(dateOffset)) }

    var httpDate: String {
        dateFormatter.string(from: Date(timeIntervalSince1970: TimeInterval(date.secondsSinceEpoch)))
    }

    var allCollections: [ObjectCollection] { Array(collections.values) }

    /// The collection of `resource`: every resource exists until it is removed.
    func collection(_ resource: FakeResource) -> ObjectCollection {
        if let collection = collections[resource] { return collection }
        let collection = ObjectCollection(
            resource: resource,
            historyLimit: historyLimit,
            version: Self.firstVersion
        )
        collections[resource] = collection
        return collection
    }

    func nextVersion() -> Int {
        version += 1
        return version
    }

    /// Forgets all that happened: watches and continue tokens from before now are too old.
    func expireHistory() {
        _ = nextVersion()
        for collection in collections.values { collection.expireHistory(version: version) }
    }

    /// `base` with five characters of the API server's alphabet, which has no vowels and no 0, 1 and 3.
    func generateName(_ base: String) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        generatedNames += 1
        var rest = generatedNames
        var suffix = ""
        for _ in 0..<5 {
            suffix.append(alphabet[rest % alphabet.count])
            rest /= alphabet.count
        }
        // 63 characters in all, as the API server cuts it.
        return base.prefix(58) + suffix
    }

    private static func makeDateFormatter() -> DateFormatter {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter
    }

    // MARK: Without Foundation

    /// Puts many new objects in at once.
    func load(_ new: [EncodedObject], in resource: FakeResource) {
        let stored = new.map { $0.stored(version: nextVersion()) }
        collection(resource).load(stored, version: version)
    }

    /// Creates an object or replaces the one of its name, whatever its version.
    func put(_ object: EncodedObject, in resource: FakeResource) {
        let collection = collection(resource)
        let stored = object.stored(version: nextVersion())
        let kind: ObjectEvent.Kind = collection.object(stored.key) == nil ? .added : .modified
        collection.apply(ObjectEvent(kind: kind, object: stored))
    }
}
