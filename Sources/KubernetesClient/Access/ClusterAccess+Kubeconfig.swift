internal import JSONPull

extension ClusterAccess {
    /// The access of a context of the kubeconfig at `file`; nil takes its current one.
    ///
    /// `file` may be several with colons in between, as the variable KUBECONFIG has them: of two that tell of one thing the first
    /// counts, and of several one that is not there is passed over, as by kubectl.
    package static func kubeconfig(
        _ file: String,
        context: String?,
        readFile: FileReading
    ) throws(AccessError) -> ClusterAccess {
        let paths = file.utf8.split(separator: UInt8(ascii: ":")).map { String(Substring($0)) }
        var configs: [Kubeconfig] = []
        var missing: AccessError?
        for path in paths {
            let text: [UInt8]
            do {
                text = try readFile(path)
            } catch {
                missing = missing ?? AccessError(place: path, reason: "\(error); correct the path of the kubeconfig")
                continue
            }
            configs.append(try Kubeconfig.decode(text, file: path))
        }
        guard let first = configs.first else {
            throw missing ?? AccessError(place: "--kubeconfig", reason: "no file is named; pass a kubeconfig")
        }
        return try first.access(context: context, beside: Array(configs.dropFirst()), readFile: readFile)
    }
}
