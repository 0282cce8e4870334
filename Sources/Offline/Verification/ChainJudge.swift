internal import Replay

/// Whether lines are what was written, by the keys there are.
struct ChainJudge {
    private let keys: [ChainKey]
    /// The key that the lines of this start fit, once it is known.
    private(set) var key: ChainKey?

    init(keys: [ChainKey]) {
        self.keys = keys
        key = keys.count == 1 ? keys[0] : nil
    }

    /// Whether a line has the code it gets behind one of these; the key is then known.
    mutating func fits(_ digest: LineCode, _ code: LineCode, after previous: [LineCode]) -> Bool {
        for key in key.map({ [$0] }) ?? keys {
            for one in previous where key.code(of: digest, after: one) == code {
                self.key = key
                return true
            }
        }
        return false
    }

    /// What the code ought to be; nil when the key is not known.
    func code(of digest: LineCode, after previous: LineCode) -> LineCode? {
        key?.code(of: digest, after: previous)
    }
}
