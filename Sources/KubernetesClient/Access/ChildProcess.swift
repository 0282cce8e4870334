private import Glibc

/// Why a program gave no output.
enum ChildProcessError: Error, CustomStringConvertible {
    case notStarted(reason: String)
    case failed(status: Int32)
    case timedOut(milliseconds: Int)
    case tooMuch(limit: Int)

    var description: String {
        switch self {
        case .notStarted(let reason): "cannot start it: \(reason)"
        case .failed(let status): "it failed with status \(status)"
        case .timedOut(let milliseconds): "it did not end within \(milliseconds / 1000) s"
        case .tooMuch(let limit): "it wrote more than \(limit) bytes"
        }
    }
}

/// Runs a program for its standard output.
enum ChildProcess {
    /// Blocks until the program has ended or was killed.
    ///
    /// Its standard input is empty, its standard error is ours.
    static func output(
        of command: [String],
        environment: [String: String],
        timeoutMilliseconds: Int,
        maximumBytes: Int
    ) throws(ChildProcessError) -> [UInt8] {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw .notStarted(reason: reason(errno)) }
        // Or a program started elsewhere at the same time would hold the pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let started = spawn(command, environment, output: ends[1])
        close(ends[1])
        let child = try started.get()
        let deadline = milliseconds() + Int64(timeoutMilliseconds)
        let bytes = read(from: ends[0], until: deadline, limit: maximumBytes)
        // One that has closed its output is done, or of no use any more.
        if bytes == nil || (bytes?.count ?? 0) > maximumBytes { kill(child, SIGKILL) }
        let status = wait(for: child, until: deadline)
        guard let bytes, let status else { throw .timedOut(milliseconds: timeoutMilliseconds) }
        guard bytes.count <= maximumBytes else { throw .tooMuch(limit: maximumBytes) }
        guard status == 0 else { throw .failed(status: status & 0x7F == 0 ? status >> 8 : status) }
        return bytes
    }

    private static func spawn(
        _ command: [String],
        _ environment: [String: String],
        output: Int32
    ) -> Result<pid_t, ChildProcessError> {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
        var variables = unsafe merged(environment).map { unsafe strdup($0) } + [nil]
        let texts = unsafe arguments + variables
        defer { for index in unsafe texts.indices { unsafe free(texts[index]) } }
        var child: pid_t = 0
        let code = unsafe posix_spawnp(&child, command[0], &actions, nil, &arguments, &variables)
        return code == 0 ? .success(child) : .failure(.notStarted(reason: reason(code)))
    }

    /// The process's own environment with `changes`.
    private static func merged(_ changes: [String: String]) -> [String] {
        var own: [String] = []
        var next = unsafe environ
        while let text = unsafe next.pointee {
            let line = unsafe String(cString: text)
            let name = line.utf8.prefix { $0 != UInt8(ascii: "=") }
            if changes[String(Substring(name))] == nil { own.append(line) }
            unsafe next += 1
        }
        return own + changes.map { "\($0)=\($1)" }
    }

    /// Everything up to the end, or one byte more than `limit`; nil when the time is over.
    private static func read(from file: Int32, until deadline: Int64, limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= limit {
            var wanted = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
            let left = deadline - milliseconds()
            guard left > 0 else { return nil }
            guard unsafe poll(&wanted, 1, Int32(clamping: left)) > 0 else { continue }
            let count = unsafe Glibc.read(file, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    /// The status, or nil when the program had to be killed.
    private static func wait(for child: pid_t, until deadline: Int64) -> Int32? {
        var status: Int32 = 0
        // It has closed its output, so it ends within moments unless it is broken.
        while unsafe waitpid(child, &status, WNOHANG) == 0 {
            guard milliseconds() < deadline else {
                kill(child, SIGKILL)
                unsafe waitpid(child, &status, 0)
                return nil
            }
            usleep(2000)
        }
        return status
    }

    private static func milliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static func reason(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }
}
