/// A source of whose state each loop may have a copy of its own.
///
/// A sampler that holds a generator is one object, whoever goes through its loader. With a copy of the state the
/// validations of a fit do not disturb the training, nor do fits that run at the same time disturb one another.
protocol SeparableSource<Batch>: BatchSource {
  /// The same data, with a state of its own that begins as the source's is now.
  var separated: any BatchSource<Batch> { get }
}

extension BatchSource {
  /// The same data, with a state of its own where the source can have one.
  var separate: any BatchSource<Batch> {
    (self as? any SeparableSource<Batch>)?.separated ?? self
  }
}

extension DataLoader: SeparableSource {
  var separated: any BatchSource<Batch> {
    guard let sampling else { return self }
    var copy = self
    copy.memory = memory.separated(from: sampling)
    return copy
  }
}
