/// Keeps what a reflector brings; called on the client's event loop alone.
package protocol ReflectorSink: AnyObject {
    /// A list begins; what was collected before is dropped.
    func beginList()
    /// About so many objects are to come.
    func expect(_ count: Int)
    /// One object of the list; its bytes are lent for the call.
    func collect(_ object: UnsafeRawBufferPointer)
    /// The list is whole: it takes the place of all objects at once.
    ///
    /// - Parameters:
    ///   - heardAt: monotonic milliseconds when the list was asked for.
    ///   - failure: what hinders that it is renewed without lists; nil when nothing does.
    func commitList(heardAt: Int64, failure: ReflectorFailure?)
    /// An object was added or changed; its bytes are lent for the call.
    func put(_ object: UnsafeRawBufferPointer)
    /// An object was deleted: as it was last, its bytes lent for the call.
    func delete(_ object: UnsafeRawBufferPointer)
    /// Everything up to `heardAt`, monotonic milliseconds, has been told with the calls before.
    func flush(heardAt: Int64)
    /// The last list or watch came to nothing: what is known stays, but is not renewed.
    func failed(_ condition: ReflectorStateMachine.Condition, _ failure: ReflectorFailure)
    /// The failure told last is over, though nothing was heard yet.
    func resumed()
}

extension ReflectorSink {
    /// Of use to who has room to make.
    package func expect(_ count: Int) {}

    /// Of use to who keeps what failed.
    package func resumed() {}
}
