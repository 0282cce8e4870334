extension ClusterAccess {
    /// The access of a context of the kubeconfig at `file`; nil takes its current one.
    package static func kubeconfig(
        _ file: String,
        context: String?,
        readFile: FileReading
    ) throws(AccessError) -> ClusterAccess {
        let text: [UInt8]
        do {
            text = try readFile(file)
        } catch {
            throw AccessError(place: file, reason: "\(error); correct the path of the kubeconfig")
        }
        return try Kubeconfig.decode(text, file: file).access(context: context, readFile: readFile)
    }
}
