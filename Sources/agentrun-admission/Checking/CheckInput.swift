internal import ClusterState
internal import Policy

/// Everything the arguments of `check` lead to, in order.
struct CheckInput {
    private(set) var items: [CheckItem] = []
    /// The objects among them, as state for each other.
    private(set) var objects: LoadedManifests
    private var readProblems: [ManifestProblem] = []
    private let source: ManifestsSource
    private let limits = ManifestsLimits()

    init(policy: AdmissionPolicy) {
        let projection = StateLoading.emptyStore(policy: policy, isMirror: false).projection
        objects = LoadedManifests(projection: projection, limits: limits, keepsRunsWithoutStatus: true)
        source = ManifestsSource(limits: limits)
    }

    /// What could not be read.
    var problems: [ManifestProblem] { readProblems + objects.report.problems }

    /// Reads a file, a folder, or standard input if the argument is `-`.
    mutating func read(_ argument: String) {
        if argument == "-" { return readStandardInput() }
        do throws(ManifestsError) {
            let files = try source.files(at: [argument])
            if files.isEmpty { report(argument, "no .yaml, .yml or .json file in this folder (name another one)") }
            for file in files { read(file: file.path) }
        } catch {
            report(error.path, "\(error.reason) (\(error.remedy))")
        }
    }

    private mutating func readStandardInput() {
        do throws(CommandFailure) {
            add(try StandardInput.contents(maximumBytes: limits.maximumFileBytes), source: "-")
        } catch {
            report("-", error.message)
        }
    }

    private mutating func read(file path: String) {
        do throws(FileSystemError) {
            add(try PosixFileSystem().contents(of: path, maximumBytes: limits.maximumFileBytes), source: path)
        } catch {
            report(path, "\(error.reason) (let this user read it)")
        }
    }

    private mutating func add(_ text: [UInt8]?, source: String) {
        guard let text else {
            return report(source, "larger than \(limits.maximumFileBytes >> 20) MiB (split it)")
        }
        var found: [CheckItem] = []
        var objects = objects
        var problems: [ManifestProblem] = []
        ManifestReader.objects(in: text, file: source) { item in
            switch item {
            case .problem(let problem): problems.append(problem)
            case .object(let object):
                let item = CheckItem(object, source: source)
                if item.kind == .object { objects.add(object, path: source) }
                found.append(item)
            }
        }
        self.objects = objects
        items += found
        readProblems += problems
    }

    private mutating func report(_ file: String, _ message: String) {
        readProblems.append(ManifestProblem(file: file, line: nil, message: message))
    }
}
