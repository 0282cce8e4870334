import AgentRuns
import ClusterState
import JSONPull

/// A run as it is, whatever can be seen of it.
struct SimulatedRun {
    static let projection = RunProjection(repositoryOptions: RepositoryName.Options(), generation: .august2026)

    var key: ObjectKey
    var uid: ExactString
    var standing = RunStanding.active
    /// Branches that its text shows.
    var written: [BranchKey]
    /// Branches that only the webhook's reading of templates shows.
    var derived: [BranchKey]
    /// Those of both that the policy lets it have beside others.
    var shared: Set<BranchKey> = []
    /// By which it was judged last; nil if nobody has judged it.
    var scope: BranchClaimScope? = .cluster
    /// Whether its status names one of its heads, as that of a workflow does after the first step.
    var isSettled = false

    /// What it pushes to while it or a Job of it is at work.
    var allBranches: [BranchKey] { written + derived }

    /// The object as the API server has it.
    var json: [UInt8] {
        let isMarked = standing == .annotated || standing == .template
        let mark = isMarked ? #","annotations":{"agents.proompteng.ai/template":" true "}"# : ""
        let phase =
            switch standing {
            case .active, .annotated: "Running"
            case .template, .becoming: "Template"
            case .over: "Failed"
            }
        let head = isSettled ? (derived + written).first.map { #","vcs":{"headBranch":"\#($0.head)"}"# } ?? "" : ""
        return Array(
            """
            {"metadata":{"namespace":"\(key.namespace)","name":"\(key.name)","uid":"\(uid)"\(mark)},\
            "spec":{\(spec)},"status":{"phase":"\(phase)"\(head)}}
            """.utf8
        )
    }

    /// A branch alone is a job's, more are a workflow's: a step that names no head has it from a template.
    private var spec: String {
        if written.count == 1, derived.isEmpty {
            return
                #""runtime":{"type":"job"},"parameters":{"repository":"Proompteng/Lab.git","head":" \#(written[0].head)"}"#
        }
        let steps =
            written.enumerated().map { #"{"name":"w\#($0)","parameters":{"head":"\#($1.head)"}}"# }
            + derived.indices.map { #"{"name":"d\#($0)"}"# }
        return """
            "runtime":{"type":"workflow"},"parameters":{"repo":"https://github.com/proompteng/lab"},\
            "workflow":{"steps":[\(steps.joined(separator: ","))]}
            """
    }

    /// The branches that the object shows, as the webhook reads it of a request.
    var shown: [BranchKey] {
        let run = try? JSONReader.read(json) { reader throws(JSONError) in try AgentRun(&reader) }
        return run?.with(status: .absent)
            .heldBranches(options: Self.projection.repositoryOptions, generation: Self.projection.generation) ?? []
    }

    /// As a read shows it.
    func seen(_ flaws: ReadingFlaws) -> HolderRun? {
        guard let run = try? HolderRun(json, projection: Self.projection) else { return nil }
        return flaws.reading(run, of: self)
    }
}

/// Bugs in what is read of runs and of the policy, planted between the projections and the protocol.
struct ReadingFlaws: OptionSet, Hashable, Sendable {
    let rawValue: UInt8
    /// A head that the status names releases all others.
    static let statusReleasesSteps = ReadingFlaws(rawValue: 1)
    /// The template annotation frees the branches of a run at work.
    static let annotationFrees = ReadingFlaws(rawValue: 2)
    /// One branch that the policy lets a run share drops the claims on all.
    static let sharesAll = ReadingFlaws(rawValue: 4)
    /// A run of more branches than can be claimed for one is admitted without a claim.
    static let claimsNoneOfMany = ReadingFlaws(rawValue: 8)
    /// A template that has become a run is taken for one that is over.
    static let takesBecomingForOver = ReadingFlaws(rawValue: 16)

    func reading(_ holder: HolderRun, of run: SimulatedRun) -> HolderRun {
        var holder = holder
        if contains(.statusReleasesSteps), run.isSettled {
            holder.branches = Array((run.derived + run.written).prefix(1))
        }
        if contains(.annotationFrees), holder.standing == .annotated { holder.standing = .template }
        if contains(.takesBecomingForOver), holder.standing == .becoming { holder.standing = .over }
        return holder
    }
}
