package import AgentRuns
internal import JSONPull
private import Synchronization

/// The objects that an audit judges, packed: those of the kinds there are rules for, and of runs those that are not over.
///
/// The cluster state keeps no specification of a run. Here is all of an object that a rule may read, which leaves out its
/// status, who wrote what (`managedFields`) and what was applied last, within one bound for all. What there is no room for is
/// known by name and counted; it gets another try when it changes or is listed again.
///
/// Written by the sources of the state, from one thread; read by an audit, from another. Reviews never ask. The `audit` command
/// has one of its own, so that it lists runs once.
package final class AuditedObjects: Sendable {
    /// How much is kept.
    package struct Limits: Sendable {
        /// Of all objects, packed, with what it takes to find them: some 150,000 runs that have much in common.
        package var maximumBytes = 36 << 20
        /// Of that, what large ones may take: so they never leave small ones without room.
        package var maximumLargeBytes = 16 << 20
        /// An object is large that takes more than this, packed.
        package var largeBytes = 4 << 10
        /// Of one object, before it is packed.
        package var maximumObjectBytes = 256 << 10

        package init() {}
    }

    /// What is kept, and what is not.
    package struct Figures: Equatable, Sendable {
        /// Objects that can be judged.
        package var objects = 0
        /// What all takes.
        package var bytes = 0
        /// Objects there was no room for.
        package var withoutRoom = 0
        /// Objects larger than is kept of one.
        package var tooLarge = 0
    }

    /// An object as it was when it was asked for.
    package struct Object: Sendable {
        package let kind: ClusterKind
        /// `metadata.generation`; nil when it has none.
        package let generation: Int64?
        /// When it was created, or its metadata or specification last written; nil where it does not tell.
        package let changedAt: Timestamp?
        /// By the clock of the one who wrote it, when it was first seen with this `uid` and generation, in seconds.
        package let seenAtSeconds: Int64
        /// Why all there is of it is its header; nil where it can be judged.
        package let withheld: Withheld?
        let packed: [UInt8]
        let dictionary: PackingDictionary?

        /// Lends its JSON to `body`, unpacked into `room`; nil when it does not fit.
        package func withJSON<Result>(
            in room: UnsafeMutableRawBufferPointer,
            _ body: (UnsafeRawBufferPointer) -> Result
        ) -> Result? {
            var unpacker = TextUnpacker(packed)
            guard let count = unsafe unpacker.unpack(with: dictionary, into: room) else { return nil }
            return unsafe body(UnsafeRawBufferPointer(rebasing: room[..<count]))
        }
    }

    /// Why an object is not kept whole.
    package enum Withheld: UInt8, Sendable {
        case noRoom
        case tooLarge
    }

    private let table: Mutex<AuditedTable>
    /// Of room for ``Object/withJSON(in:_:)``.
    package let maximumObjectBytes: Int

    package init(limits: Limits = Limits()) {
        table = Mutex(AuditedTable(limits: limits))
        maximumObjectBytes = limits.maximumObjectBytes
    }

    /// Kinds of objects that are kept.
    package static let kinds: Set<ClusterKind> = [
        .agentRun, .implementationSpec, .agent, .agentProvider, .versionControlProvider,
    ]

    package var figures: Figures { table.withLock { $0.figures } }

    // MARK: Writing

    /// A list of `source` begins: what it does not bring is gone when it is whole.
    package func beginList(of source: ClusterSource) {
        table.withLock { $0.beginList(of: source) }
    }

    /// Takes an object that was listed or has changed, in place of an earlier one of its name; the bytes are lent for the call.
    package func put(_ json: UnsafeRawBufferPointer, of source: ClusterSource, nowSeconds: Int64) {
        guard Self.kinds.contains(source.kind), let header = unsafe try? AuditedHeader(json) else { return }
        unsafe put(json, header, of: source, nowSeconds: nowSeconds)
    }

    /// The same for an object whose header was read.
    package func put(
        _ json: UnsafeRawBufferPointer,
        _ header: AuditedHeader,
        of source: ClusterSource,
        nowSeconds: Int64
    ) {
        table.withLock { unsafe $0.put(json, header, of: source, nowSeconds: nowSeconds) }
    }

    /// Forgets an object; of its JSON, as it was last, the name counts.
    package func delete(_ json: UnsafeRawBufferPointer, of source: ClusterSource) {
        guard Self.kinds.contains(source.kind), let header = unsafe try? AuditedHeader(json) else { return }
        table.withLock { $0.remove(header, of: source) }
    }

    /// The list is whole.
    package func commitList(of source: ClusterSource) {
        table.withLock { $0.commitList(of: source) }
    }

    // MARK: Reading

    /// The places there are, some of which may be empty; objects keep theirs, and new ones may come behind them.
    package var placeCount: Int { table.withLock { $0.placeCount } }

    /// Whether an object of that name can be judged as it is here.
    package func isKept(_ header: AuditedHeader, of source: ClusterSource) -> Bool {
        table.withLock { $0.isKept(header, of: source) }
    }

    /// The objects at some places.
    package func objects(at places: Range<Int>) -> [Object] {
        table.withLock { $0.objects(at: places) }
    }
}
