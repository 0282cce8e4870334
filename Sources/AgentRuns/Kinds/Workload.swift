package import JSONPull

/// `workload` of a run or a step: the image, and what is mounted.
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
    }

    /// Whether it is an object at all: a step's replaces the run's as a whole.
    package private(set) var isPresent = false
    /// `image`, trimmed, as written otherwise.
    package private(set) var image: ExactString?
    package private(set) var volumes: [Volume] = []

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
            case "secretName": volume.secretName = try reader.readNonBlank()
            case "claimName": volume.claimName = try reader.readNonBlank()
            default: try reader.skipValue()
            }
        }
        self = volume
    }
}
