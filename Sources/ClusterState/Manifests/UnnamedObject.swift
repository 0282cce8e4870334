internal import JSONPull

#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// Names for objects of files that have only a `generateName`: no two of them are one, whatever their prefixes.
///
/// The name is `PREFIX*`, which no object can have, and behind a NUL the place the object is written at: so one that is both
/// checked and part of the state is the same object.
enum UnnamedObject {
    /// The name of the object that starts at `position` of a text of the file at `path`.
    static func name(prefix: ExactString, path: String, part: Int, position: SourcePosition) -> ExactString {
        ExactString("\(prefix)*\0\(part):\(position.line):\(position.column):\(resolved(path))")
    }

    /// Whether a name is one of these.
    static func isUnnamed(_ name: ExactString) -> Bool { name.has(0) }

    /// What a person is told of a name, of which all others are themselves.
    static func shown(_ name: ExactString) -> ExactString {
        name.cut(atFirst: "\0")?.0 ?? name
    }

    /// The path that two ways of writing have in common; the path itself where it leads nowhere (`-`).
    private static func resolved(_ path: String) -> String {
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}
