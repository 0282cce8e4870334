package import JSONPull

extension AnswerProblem {
    /// Calls `body` for every member of the object that an answer is; bytes that are no JSON are told with their place.
    package static func readMembers(
        of answer: [UInt8],
        _ body: (inout JSONReader, JSONKey) throws(JSONError) -> Void
    ) throws(AnswerProblem) {
        do throws(JSONError) {
            _ = try JSONReader.read(answer) { reader throws(JSONError) in try reader.readMembers(body) }
        } catch {
            throw .malformed(reason: error.located(in: answer).description)
        }
    }
}
