private import Glibc

/// How many files and connections this process may have open.
enum FileDescriptors {
    /// Raises the limit to what the system allows.
    ///
    /// The soft limit is 1,024 on many systems for the sake of programs that use `select`, which this one does not; the
    /// connections of clients and of claims may be more.
    static func raiseLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        // If it may not be, it stays as it was.
        _ = unsafe setrlimit(resource, &limit)
    }
}
