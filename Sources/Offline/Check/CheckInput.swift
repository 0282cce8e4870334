package import ClusterState
package import JSONPull
package import Policy

/// Everything the arguments of `check` lead to, in order.
package struct CheckInput {
    /// Reads standard input whole, at most so many bytes; nil when there are more.
    package typealias StandardInputReader = (_ maximumBytes: Int) throws(CommandFailure) -> [UInt8]?

    package private(set) var items: [CheckItem] = []
    /// The objects among them, as state for each other.
    package private(set) var objects: LoadedManifests
    /// Texts read that are in no file of their own.
    private var inlineTexts = 0
    private var readProblems: [FileProblem] = []
    /// Of each file that was found in a folder and holds no object of Kubernetes, why that is so.
    package private(set) var passedOver: [FileProblem] = []
    /// Texts that are in no file that could be read again.
    private var keptTexts: [ExactString: [UInt8]] = [:]
    private let standardInput: StandardInputReader
    private let fileSystem: any FileSystem
    private let source: ManifestsSource
    private let limits = ManifestsLimits()
    /// What is left out of folders.
    private let ignored: IgnoreRules

    /// Nothing yet; objects that name no namespace are in `namespace`, and of folders what `excluded` matches is left out.
    package init(
        policy: AdmissionPolicy,
        namespace: ExactString,
        excluded: [String] = [],
        fileSystem: any FileSystem = PosixFileSystem(),
        standardInput: @escaping StandardInputReader = StandardInput.contents
    ) {
        objects = LoadedManifests(
            projection: RunProjection(repositoryOptions: policy.repositoryOptions, generation: policy.generation),
            limits: limits,
            defaultNamespace: namespace,
            keepsRunsWithoutStatus: true,
            keepsUnnamed: true
        )
        self.fileSystem = fileSystem
        source = ManifestsSource(fileSystem: fileSystem, limits: limits)
        ignored = IgnoreRules(excluding: excluded)
        self.standardInput = standardInput
    }

    /// What could not be read, and what reads but hardly as it was meant.
    package var problems: [FileProblem] { readProblems + objects.report.problems }

    /// Reads a file, a folder, what a pattern matches, or standard input if the argument is `-`; tells after each file how many
    /// objects there are by then.
    package mutating func read(_ argument: String, progress: (Int) -> Void = { _ in }) {
        if argument == "-" {
            readStandardInput()
            return progress(items.count)
        }
        do throws(ManifestsError) {
            var pattern = PathPattern(ignoring: ignored)
            let paths = try pattern.paths(matching: argument)
            for problem in pattern.problems { report(problem) }
            for path in paths { readFiles(at: path, isNamed: path == argument, progress) }
        } catch {
            report(error)
        }
    }

    /// The text of something that was read; nil when it cannot be read again.
    package func text(of source: String) -> [UInt8]? {
        if let kept = keptTexts[ExactString(source)] { return kept }
        do throws(FileSystemError) {
            return try fileSystem.contents(of: source, maximumBytes: limits.maximumFileBytes)
        } catch {
            return nil
        }
    }

    /// Reads a text that is in no file of its own; `source` is where it stands.
    package mutating func read(_ text: [UInt8], source: String) {
        inlineTexts += 1
        keptTexts[ExactString(source)] = text
        add(text, source: source, part: inlineTexts)
    }

    /// Reads objects that are state and are not judged.
    package mutating func readState(_ text: [UInt8], source: String) {
        inlineTexts += 1
        ManifestReader.objects(in: text, file: source) { item in
            switch item {
            case .problem(let problem), .noObject(let problem), .refused(let problem): readProblems.append(problem)
            case .object(let object): objects.add(object, path: source, part: inlineTexts)
            }
        }
    }

    private mutating func readFiles(at path: String, isNamed: Bool, _ progress: (Int) -> Void) {
        let found = source.found(at: path, ignoring: ignored)
        for problem in found.problems { report(problem) }
        if found.files.isEmpty, found.problems.isEmpty {
            let rest = found.excluded > 0 ? " that is not left out" : ""
            report(path, "no .yaml, .yml or .json file in this folder\(rest) (name another one)")
        }
        for file in found.files {
            read(file: file.path, isNamed: isNamed && file.path == path)
            progress(items.count)
        }
    }

    private mutating func readStandardInput() {
        do throws(CommandFailure) {
            let text = try standardInput(limits.maximumFileBytes)
            keptTexts["-"] = text
            add(text, source: "-")
        } catch {
            report("-", error.message)
        }
    }

    private mutating func read(file path: String, isNamed: Bool) {
        do throws(FileSystemError) {
            let text = try fileSystem.contents(of: path, maximumBytes: limits.maximumFileBytes)
            add(text, source: path, isNamed: isNamed)
        } catch {
            report(path, "\(error.reason) (let this user read it)")
        }
    }

    /// Adds what is in a text; `isNamed` is false for a file that lay in a folder, which need not hold any object.
    private mutating func add(_ text: [UInt8]?, source: String, part: Int = 0, isNamed: Bool = true) {
        guard let text else {
            return report(source, "larger than \(limits.maximumFileBytes >> 20) MiB (split it)")
        }
        let before = items.count
        var problems: [FileProblem] = []
        var others: [FileProblem] = []
        ManifestReader.objects(in: text, file: source) { item in
            switch item {
            case .problem(let problem), .refused(let problem): problems.append(problem)
            case .noObject(let problem): others.append(problem)
            case .object(let object):
                var item = CheckItem(object, source: source)
                if item.kind == .object { item.keyInState = objects.add(object, path: source, part: part) }
                items.append(item)
            }
        }
        if items.count == before, problems.isEmpty, others.isEmpty {
            others.append(FileProblem(file: source, message: "holds no object (remove it, or write one into it)"))
        }
        if !isNamed, items.count == before, problems.isEmpty || !ManifestReader.mentionsObject(text),
            let first = (problems + others).first
        {
            return passedOver.append(first)
        }
        readProblems += (problems + others).sorted { one, other in
            let (one, other) = (one.position, other.position)
            return (one?.line ?? 0, one?.column ?? 0) < (other?.line ?? 0, other?.column ?? 0)
        }
    }

    private mutating func report(_ error: ManifestsError) {
        report(error.path, "\(error.reason) (\(error.remedy))")
    }

    private mutating func report(_ file: String, _ message: String) {
        readProblems.append(FileProblem(file: file, message: message))
    }
}
