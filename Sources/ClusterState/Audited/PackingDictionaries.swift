internal import JSONPull

/// The dictionaries that objects are packed with, and how they come to be: a family of objects is packed with some of its own.
struct PackingDictionaries: Sendable {
    /// Objects that are likely to have much in common: those of a source in one namespace.
    struct Family: Hashable {
        var source: UInt8
        var namespace: ExactString
    }

    private struct Entry {
        let dictionary: PackingDictionary
        /// Objects packed with it.
        var users = 0
        var isCurrent = true
    }

    /// How a family fares.
    private struct Course {
        /// 0 before there is one.
        var dictionary: UInt16 = 0
        /// Texts that the dictionary did not help, to be the next.
        var samples: [UInt8] = []
        var poorCount = 0
        var count = 0
    }

    /// Families beyond these share one course: it costs room and nothing else.
    private static let maximumFamilies = 64
    /// Of all dictionaries, those included that only older objects use.
    private static let maximumBytes = 4 << 20
    /// So many poorly packed ones of so many make a new dictionary.
    private static let poorCount = 64
    private static let period = 256
    /// Larger texts help nobody else.
    private static let maximumSampleBytes = 16 << 10

    private var entries: [Entry?] = []
    private var courses: [Family: Course] = [:]
    /// What all dictionaries take.
    private(set) var byteCount = 0

    /// The dictionary of that number; nil for none.
    subscript(number: UInt16) -> PackingDictionary? {
        number == 0 ? nil : entries[Int(number) - 1]?.dictionary
    }

    /// The number of what the next object of a family is to be packed with.
    func current(of family: Family) -> UInt16 { courses[known(family)]?.dictionary ?? 0 }

    /// Takes note of how well a text was packed.
    mutating func learn(_ text: [UInt8], packedCount: Int, _ family: Family) {
        let family = known(family)
        var course = courses[family] ?? Course()
        course.count += 1
        if packedCount > text.count / 2, text.count <= Self.maximumSampleBytes {
            course.poorCount += 1
            if course.samples.count + text.count <= PackingDictionary.maximumBytes { course.samples += text }
            if course.dictionary == 0 || course.poorCount >= Self.poorCount { replace(&course) }
        }
        if course.count >= Self.period { (course.count, course.poorCount, course.samples) = (0, 0, []) }
        courses[family] = course
    }

    mutating func retain(_ number: UInt16) {
        if number != 0 { entries[Int(number) - 1]?.users += 1 }
    }

    mutating func release(_ number: UInt16) {
        guard number != 0 else { return }
        entries[Int(number) - 1]?.users -= 1
        drop(number)
    }

    private func known(_ family: Family) -> Family {
        courses[family] != nil || courses.count < Self.maximumFamilies ? family : Family(source: .max, namespace: "")
    }

    private mutating func replace(_ course: inout Course) {
        let dictionary = PackingDictionary(course.samples)
        (course.samples, course.poorCount, course.count) = ([], 0, 0)
        let place = entries.firstIndex { $0 == nil } ?? entries.count
        guard byteCount + dictionary.byteCount <= Self.maximumBytes, place < UInt16.max else { return }
        let old = course.dictionary
        if place == entries.count { entries.append(nil) }
        entries[place] = Entry(dictionary: dictionary)
        byteCount += dictionary.byteCount
        course.dictionary = UInt16(place + 1)
        guard old != 0 else { return }
        entries[Int(old) - 1]?.isCurrent = false
        drop(old)
    }

    /// Forgets a dictionary that nobody needs.
    private mutating func drop(_ number: UInt16) {
        guard let entry = entries[Int(number) - 1], entry.users == 0, !entry.isCurrent else { return }
        byteCount -= entry.dictionary.byteCount
        entries[Int(number) - 1] = nil
    }
}
