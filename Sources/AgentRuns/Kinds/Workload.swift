package import JSONPull

/// `workload` of a run or a step: the image, what is mounted, and what of the node is asked for.
package struct Workload: Sendable {
    /// One of `volumes`.
    package struct Volume: Sendable {
        /// Index in the list as written.
        package var index: Int
        package var name: ExactString?
        package var type: ExactString?
        /// Of a volume of any type.
        package var secretName: ExactString?
        package var claimName: ExactString?
        package var mountPath: ExactString?
        /// Of a volume of any type; only `emptyDir` has one.
        package var sizeLimit: ExactString?
        /// What stands at ``secretName`` and ``claimName``, as JSON, where the controller reads none.
        package var (writtenSecretName, writtenClaimName): (ExactString, ExactString) = ("", "")

        fileprivate init(index: Int) {
            self.index = index
        }
    }

    /// Whether it is an object at all: a step's replaces the run's as a whole.
    package private(set) var isPresent = false
    /// `image`, trimmed, as written otherwise.
    package private(set) var image: ExactString?
    package private(set) var volumes: [Volume] = []
    /// `resources`.
    package private(set) var resources: [ResourceAmount] = []

    package init() {}

    init(_ reader: inout JSONReader) throws(JSONError) {
        var workload = Workload()
        workload.isPresent = try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "image": workload.image = try reader.readNonBlank()
            case "volumes":
                workload.volumes = []
                try reader.readElements { reader, index throws(JSONError) in
                    try reader.countKept()
                    workload.volumes.append(try Volume(&reader, index: index))
                }
            case "resources": workload.resources = try ResourceAmount.read(&reader)
            default: try reader.skipValue()
            }
        }
        self = workload
    }
}

extension Workload.Volume {
    fileprivate init(_ reader: inout JSONReader, index: Int) throws(JSONError) {
        var volume = Workload.Volume(index: index)
        try reader.readMembers { reader, key throws(JSONError) in
            switch key {
            case "name": volume.name = try reader.readNonBlank()
            case "type": volume.type = try reader.readNonBlank()
            case "secretName": volume.secretName = try reader.readNonBlank(else: &volume.writtenSecretName)
            case "claimName": volume.claimName = try reader.readNonBlank(else: &volume.writtenClaimName)
            case "mountPath": volume.mountPath = try reader.readNonBlank()
            case "sizeLimit": volume.sizeLimit = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        self = volume
    }
}
