private import CSpawn
private import Glibc

/// Why a program gave no output.
enum ChildProcessError: Error, Equatable, CustomStringConvertible {
    case notStarted(reason: String)
    case failed(status: Int32)
    case killed(signal: Int32)
    case timedOut(milliseconds: Int)
    case tooMuch(limit: Int)
    /// What became of it is not known.
    case lost(reason: String)

    var description: String {
        switch self {
        case .notStarted(let reason): "cannot start it: \(reason)"
        case .failed(let status): "it failed with status \(status)"
        case .killed(let signal): "it was ended by signal \(signal)"
        case .timedOut(let milliseconds): "it did not end within \(milliseconds / 1000) s"
        case .tooMuch(let limit): "it wrote more than \(limit) bytes"
        case .lost(let reason): "nobody can tell how it ended: \(reason)"
        }
    }
}

/// Runs a program for its standard output.
enum ChildProcess {
    /// The descriptors a program gets: input, output and errors, and nothing that was made without close-on-exec.
    ///
    /// The sockets and epoll descriptors of libraries are not all close-on-exec.
    static func firstClosedDescriptor(_ flaws: ClientFlaws = []) -> Int32 {
        flaws.contains(.leavesDescriptorsOpen) ? .max : STDERR_FILENO + 1
    }

    /// Blocks until the program has ended or was killed, as ``ChildCourse`` has it.
    ///
    /// Its standard input is empty, its standard error is ours, and it has nothing else of ours: no other descriptor, no
    /// signal that is ignored or blocked. It leads a process group of its own, which is killed with it. What it leaves
    /// behind when it ends may keep its output open; a program that closes its output and does not end is killed soon,
    /// and what it wrote counts.
    static func output(
        of command: [String],
        environment: [String: String],
        timeoutMilliseconds: Int,
        maximumBytes: Int
    ) throws(ChildProcessError) -> [UInt8] {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw .notStarted(reason: reason(errno)) }
        // Not for programs that something else starts at the same time.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        defer { close(ends[0]) }
        let started = spawn(command, environment, output: ends[1])
        close(ends[1])
        let child = try started.get()
        var output = Output(file: ends[0], limit: maximumBytes)
        var course = ChildCourse(
            now: milliseconds(),
            timeoutMilliseconds: timeoutMilliseconds,
            maximumBytes: maximumBytes
        )
        while true {
            let now = milliseconds()
            let end = Result { () throws(ChildProcessError) in try self.end(of: child) }
            output.read()
            let sight = ChildCourse.Sight(end: end, isClosed: output.isClosed, isTooLong: output.isTooLong)
            switch course.next(sight, now: now) {
            case .wait(let milliseconds): output.wait(milliseconds: milliseconds)
            case .done: return output.bytes
            case .failed(let error): throw error
            case .kill(let error):
                kill(child)
                if let error { throw error }
                return output.bytes
            }
        }
    }

    // MARK: Beginning

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
        unsafe posix_spawn_file_actions_addclosefrom_np(&actions, firstClosedDescriptor())
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var (all, none) = (sigset_t(), sigset_t())
        unsafe sigfillset(&all)
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
        var variables = unsafe merged(environment).map { unsafe strdup($0) } + [nil]
        let texts = unsafe arguments + variables
        defer { for index in unsafe texts.indices { unsafe free(texts[index]) } }
        var child: pid_t = 0
        let code = unsafe posix_spawnp(&child, command[0], &actions, &attributes, &arguments, &variables)
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

    // MARK: End

    /// How a program ended.
    struct End {
        /// As `waitpid` tells it.
        var status: Int32

        /// Throws unless it ended well.
        func check() throws(ChildProcessError) {
            guard status & 0x7F == 0 else { throw .killed(signal: status & 0x7F) }
            guard status == 0 else { throw .failed(status: status >> 8) }
        }
    }

    /// Nil while it runs.
    static func end(of child: Int32) throws(ChildProcessError) -> End? {
        var status: Int32 = 0
        while true {
            switch unsafe waitpid(child, &status, WNOHANG) {
            case 0: return nil
            case child: return End(status: status)
            default: if errno != EINTR { throw .lost(reason: reason(errno)) }
            }
        }
    }

    /// Ends it, and what it has started, by force.
    private static func kill(_ child: pid_t) {
        Glibc.kill(-child, SIGKILL)
        var status: Int32 = 0
        while unsafe waitpid(child, &status, 0) == -1, errno == EINTR {}
    }

    static func milliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static func reason(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }
}

/// What a program has written so far, to a pipe whose other end does not block.
private struct Output {
    let file: Int32
    let limit: Int
    private(set) var bytes: [UInt8] = []
    /// Nobody can write any more.
    private(set) var isClosed = false

    init(file: Int32, limit: Int) {
        (self.file, self.limit) = (file, limit)
    }

    var isTooLong: Bool { bytes.count > limit }

    /// Takes what there is.
    mutating func read() {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while !isClosed, !isTooLong {
            let count = unsafe Glibc.read(file, &chunk, chunk.count)
            if count > 0 {
                bytes += chunk[..<count]
            } else if count == 0 {
                isClosed = true
            } else if errno != EINTR {
                return
            }
        }
    }

    /// Until there is more, or the time is over.
    func wait(milliseconds: Int64) {
        if isClosed {
            // A pipe that nobody can write to is always ready.
            usleep(UInt32(clamping: milliseconds * 1000))
            return
        }
        var wanted = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        unsafe poll(&wanted, 1, Int32(clamping: milliseconds))
    }
}
