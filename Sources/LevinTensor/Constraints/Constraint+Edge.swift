extension Constraint {
  /// Whether values end at 0: -1 does not meet the constraint, as for positive numbers, proportions and
  /// counts.
  ///
  /// It computes one small check, so a caller that asks often keeps the answer.
  package var hasEdge: Bool {
    let below = Tensor.full([Int](repeating: 1, count: eventRank), -1)
    return check(below).all().item() == 0
  }
}
