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
    private let standardInput: StandardInputReader
    private let source: ManifestsSource
    private let limits = ManifestsLimits()

    /// Nothing yet; objects that name no namespace are in `namespace`.
    package init(
        policy: AdmissionPolicy,
        namespace: ExactString,
        standardInput: @escaping StandardInputReader = StandardInput.contents
    ) {
        objects = LoadedManifests(
            projection: RunProjection(repositoryOptions: policy.repositoryOptions, generation: policy.generation),
            limits: limits,
            defaultNamespace: namespace,
            keepsRunsWithoutStatus: true,
            keepsUnnamed: true
        )
        source = ManifestsSource(limits: limits)
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
            for path in try PathPattern.paths(matching: argument) { try readFiles(at: path, progress) }
        } catch {
            report(error.path, "\(error.reason) (\(error.remedy))")
        }
    }

    /// Reads a text that is in no file of its own; `source` is where it stands.
    package mutating func read(_ text: [UInt8], source: String) {
        inlineTexts += 1
        add(text, source: source, part: inlineTexts)
    }

    /// Reads objects that are state and are not judged.
    package mutating func readState(_ text: [UInt8], source: String) {
        inlineTexts += 1
        ManifestReader.objects(in: text, file: source) { item in
            switch item {
            case .problem(let problem): readProblems.append(problem)
            case .object(let object): objects.add(object, path: source, part: inlineTexts)
            }
        }
    }

    private mutating func readFiles(at path: String, _ progress: (Int) -> Void) throws(ManifestsError) {
        let files = try source.files(at: [path])
        if files.isEmpty { report(path, "no .yaml, .yml or .json file in this folder (name another one)") }
        for file in files {
            read(file: file.path)
            progress(items.count)
        }
    }

    private mutating func readStandardInput() {
        do throws(CommandFailure) {
            add(try standardInput(limits.maximumFileBytes), source: "-")
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

    private mutating func add(_ text: [UInt8]?, source: String, part: Int = 0) {
        guard let text else {
            return report(source, "larger than \(limits.maximumFileBytes >> 20) MiB (split it)")
        }
        let before = items.count + readProblems.count
        ManifestReader.objects(in: text, file: source) { item in
            switch item {
            case .problem(let problem): readProblems.append(problem)
            case .object(let object):
                var item = CheckItem(object, source: source)
                if item.kind == .object { item.keyInState = objects.add(object, path: source, part: part) }
                items.append(item)
            }
        }
        if items.count + readProblems.count == before {
            report(source, "holds no object (remove it, or write one into it)")
        }
    }

    private mutating func report(_ file: String, _ message: String) {
        readProblems.append(FileProblem(file: file, message: message))
    }
}
