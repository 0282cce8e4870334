package import JSONPull

extension ReviewMarks {
    /// What a mark costs a review, for `bench`: the median of some rounds.
    ///
    /// - Parameters:
    ///   - uid: of a run, as an API server writes it.
    ///   - rounds: an odd number, so that one of them is the median.
    ///   - nanoseconds: time that the measured work takes, such as CPU time of this thread.
    /// - Returns: nanoseconds of one.
    package static func nanosecondsOfNote(uid: ExactString, rounds: Int, _ nanoseconds: () -> Int64) -> Int {
        // The first wakes nobody here, and the queue is never full.
        let queue = MarkQueue {}
        let count = MarkQueue.defaultCapacity
        let times = (0..<rounds).map { _ in
            let start = nanoseconds()
            for generation in 0..<count { note(uid: uid, generation: Int64(generation), in: queue) }
            let end = nanoseconds()
            _ = queue.take { _ in }
            return Int(end - start) / count
        }
        return times.sorted()[rounds / 2]
    }
}
