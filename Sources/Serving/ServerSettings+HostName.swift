private import Glibc

extension ServerSettings {
    /// In a pod, its name.
    static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        // Fails for names that are longer, which Linux does not have (HOST_NAME_MAX is 64).
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
