#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// How many files and sockets the process may have open.
package enum DescriptorLimit {
    /// The limit in force; nil if the system does not tell.
    package static var current: Int? {
        values.map { Int(clamping: $0.rlim_cur) }
    }

    /// Raises the limit in force to what the process may give itself, and returns it; nil if the system does not tell.
    ///
    /// The lower one is for programs that keep descriptors in a `select` set of 1,024, of which this is none.
    @discardableResult
    package static func raise() -> Int? {
        guard var limit = values else { return nil }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            // The structure is read during the call. A failure leaves the limit as it is, which the log tells.
            _ = unsafe setrlimit(resource, &limit)
        }
        return current
    }

    private static var values: rlimit? {
        var limit = rlimit()
        // The structure is written during the call.
        guard unsafe getrlimit(resource, &limit) == 0 else { return nil }
        return limit
    }

    #if canImport(Glibc)
    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
    private static let resource = RLIMIT_NOFILE
    #endif
}
