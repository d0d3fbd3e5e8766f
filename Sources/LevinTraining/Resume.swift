public import LevinTensor

/// The fit that another one goes on with.
///
/// The fit that goes on has the bits of one that was never stopped: parameters, optimizer, schedules, callbacks, random
/// streams, position in the data, metrics, rows of loggers.
public struct Resume: Sendable {
  enum Place: Sendable {
    case lastFit
    case state(State)
  }

  let place: Place

  /// The last fit of the same trainer, from where it stopped.
  public static let lastFit = Resume(place: .lastFit)

  /// A fit whose ``Trainer/keptState`` is given.
  public static func state(_ state: State) -> Resume { Resume(place: .state(state)) }

  func state(for trainer: Trainer) throws -> State {
    switch place {
    case .state(let state): return state
    case .lastFit:
      guard let state = trainer.keptState else {
        throw TrainerError.nothingToResume("this trainer has run no fit")
      }
      return state
    }
  }
}
