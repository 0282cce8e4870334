private import Glibc

/// What the kernel knows of this process, read from `/proc/self` at each scrape.
///
/// The names are those every Prometheus client library uses. What cannot be read is left out.
package enum ProcessFigures {
    /// Adds the metrics `process_…`.
    package static func register(in registry: MetricsRegistry) {
        let start = startTime(stat: text("/proc/self/stat"), system: text("/proc/stat"))
        let figures: [(String, MetricKind, String, @Sendable () -> Double?)] = [
            (
                "process_cpu_seconds_total", .counter, "User and system CPU time spent in seconds.",
                { processorSeconds(stat: text("/proc/self/stat")) }
            ),
            (
                "process_resident_memory_bytes", .gauge, "Resident memory size in bytes.",
                { residentBytes(stat: text("/proc/self/stat")) }
            ),
            (
                "process_virtual_memory_bytes", .gauge, "Virtual memory size in bytes.",
                { virtualBytes(stat: text("/proc/self/stat")) }
            ),
            ("process_open_fds", .gauge, "Open file descriptors.", { openDescriptors() }),
            ("process_max_fds", .gauge, "Open file descriptors there may be.", { maximumDescriptors() }),
            (
                "process_start_time_seconds", .gauge, "Start of the process in seconds since 1970-01-01T00:00:00Z.",
                { start }
            ),
        ]
        for (name, kind, help, read) in figures {
            registry.collect(name, kind, help) { samples in
                if let value = read() { samples.add(value) }
            }
        }
    }

    // MARK: Reading what the kernel writes (proc_pid_stat(5))

    /// Fields 14 and 15, in clock ticks.
    static func processorSeconds(stat: String) -> Double? {
        guard let user = field(14, of: stat), let system = field(15, of: stat) else { return nil }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Field 24, in pages.
    static func residentBytes(stat: String) -> Double? {
        field(24, of: stat).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
    }

    /// Field 23.
    static func virtualBytes(stat: String) -> Double? { field(23, of: stat) }

    /// Field 22, in clock ticks since the machine started, which `btime` of `/proc/stat` tells.
    static func startTime(stat: String, system: String) -> Double? {
        let line = system.split(separator: "\n").first { $0.hasPrefix("btime ") }
        guard let ticks = field(22, of: stat), let boot = line.flatMap({ Double($0.dropFirst(6)) }) else { return nil }
        return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// A field by the number the manual gives it.
    ///
    /// The second is the program's name in parentheses, which may hold blanks and parentheses: fields are counted behind the
    /// last one.
    private static func field(_ number: Int, of stat: String) -> Double? {
        guard let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        let index = number - 3
        return fields.indices.contains(index) ? Double(fields[index]) : nil
    }

    private static func openDescriptors() -> Double? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // Without `.`, `..` and the one that reads.
        return Double(max(0, count - 3))
    }

    private static func maximumDescriptors() -> Double? {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Double(limit.rlim_cur)
    }

    /// A file of the kernel's, up to 1 MiB, which is what a machine of a thousand processors writes; empty when it cannot be
    /// read.
    private static func text(_ path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let size = chunk.count
        while bytes.count < 1 << 20 {
            // The system call fills the array and keeps nothing.
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, size) }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
