/// The bytes of answers that a client does not take, counted against the ``BodyBudget``.
struct UnreadAnswers {
    private let budget: BodyBudget
    private var reservation: BodyReservation?

    init(budget: BodyBudget) {
        self.budget = budget
    }

    /// So many wait from now on; false when the server has no room for them.
    mutating func hold(_ count: Int) -> Bool {
        guard count > 0 else {
            reservation = nil
            return true
        }
        let reservation = self.reservation ?? BodyReservation(in: budget)
        self.reservation = reservation
        return reservation.resize(to: count)
    }
}
