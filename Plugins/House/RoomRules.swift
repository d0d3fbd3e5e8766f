/// The rules of who may know whom within a module: a room knows only those before it in the list.
///
/// Only those names count that tokens tell for certain: types, functions and variables at file scope, and
/// types inside of types. Members do not count, as everything extends `Tensor`; nor does a name that two
/// rooms declare.
struct RoomRules {
  private struct Room: Hashable {
    let module: String
    let name: String
  }

  private let list: RoomList
  private var files: [(path: String, room: Room, names: FileNames)] = []
  /// The rooms that declare a name, by module.
  private var owners: [String: [String: Set<String>]] = [:]
  /// The rooms that declare a type inside of a type, by module and `Outer.Inner`.
  private var nestedOwners: [String: [String: Set<String>]] = [:]
  /// The members of each type, of all modules together.
  private var members: [String: Set<String>] = [:]
  /// The superclasses and protocols of each type.
  private var parents: [String: Set<String>] = [:]

  /// Functions of the C library, on plain numbers: a room may mean those.
  private static let ofC: Set = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cos", "cosh", "erf", "erfc",
    "exp", "expm1", "log", "log1p", "pow", "sin", "sinh", "sqrt", "tan", "tanh",
  ]

  init(list: RoomList, files all: [SourceFile]) {
    self.list = list
    for file in all where file.language == .swift {
      guard let room = Self.room(of: file.path) else { continue }
      let names = FileNames(file.tokens)
      files.append((file.path, room, names))
      for name in names.globals.subtracting(Self.ofC) {
        owners[room.module, default: [:]][name, default: []].insert(room.name)
      }
      for (type, nested) in names.nestedTypes {
        for name in nested {
          nestedOwners[room.module, default: [:]]["\(type).\(name)", default: []].insert(room.name)
        }
      }
      members.merge(names.members) { $0.union($1) }
      parents.merge(names.parents) { $0.union($1) }
    }
  }

  /// The folder of a file below its module's; nothing if the file is not in `Sources`.
  private static func room(of path: String) -> Room? {
    let parts = path.split(separator: "/")
    guard parts.count > 2, parts[0] == "Sources" else { return nil }
    return Room(
      module: String(parts[1]), name: parts[2..<(parts.count - 1)].joined(separator: "/"))
  }

  /// Rooms that are not in the list or not in `Sources`, and names from rooms that come after.
  func findings() -> [Finding] {
    list.findings + unlisted() + missing() + files.flatMap(findings)
  }

  private func unlisted() -> [Finding] {
    var seen: Set<Room> = []
    return files.compactMap { file in
      guard seen.insert(file.room).inserted, standing(of: file.room) == nil else { return nil }
      // A module without rooms needs no line.
      if file.room.name.isEmpty, list.standings[file.room.module] == nil { return nil }
      let name = file.room.name.isEmpty ? "the root" : file.room.name
      return Finding(
        path: file.path, line: 1,
        message: "\(name) of \(file.room.module) is not in \(RoomList.path)'s list of rooms")
    }
  }

  private func missing() -> [Finding] {
    let present = Set(files.map(\.room))
    return list.standings.flatMap { module, rooms in
      rooms.keys.filter { !present.contains(Room(module: module, name: $0)) }.map { name in
        Finding(
          path: RoomList.path, line: list.lines[module] ?? 1,
          message: "\(module) has no files in \(name.isEmpty ? "its root" : name)")
      }
    }
  }

  private func standing(of room: Room) -> RoomList.Standing? {
    list.standings[room.module]?[room.name]
  }

  // MARK: - Names

  private func findings(in file: (path: String, room: Room, names: FileNames)) -> [Finding] {
    var seen: Set<String> = []
    return file.names.uses.compactMap { use in
      guard let owner = owner(of: use, in: file.room.module, own: file.names.own),
        let fault = fault(file.room, knowing: Room(module: file.room.module, name: owner)),
        seen.insert(use.name).inserted
      else { return nil }
      let message = "\(title(file.room.name)) knows \(title(owner)) through \(use.name), \(fault)"
      return Finding(path: file.path, line: use.line, message: message)
    }
  }

  private func title(_ room: String) -> String { room.isEmpty ? "the root" : room }

  private func fault(_ room: Room, knowing other: Room) -> String? {
    guard room != other, case .level(let level)? = standing(of: room),
      case .level(let otherLevel)? = standing(of: other), otherLevel >= level
    else { return nil }
    return otherLevel > level ? "which comes after it" : "which stands beside it"
  }

  /// The room that declares what a word stands for, if that is certain.
  private func owner(of use: FileNames.Use, in module: String, own: Set<String>) -> String? {
    if let type = use.qualifier { return single(nestedOwners[module]?["\(type).\(use.name)"]) }
    if own.contains(use.name) { return nil }
    for type in use.scopes.reversed() where isMember(use.name, of: type) {
      return single(nestedOwners[module]?["\(type).\(use.name)"])
    }
    return single(owners[module]?[use.name])
  }

  private func single(_ rooms: Set<String>?) -> String? {
    guard let rooms, rooms.count == 1 else { return nil }
    return rooms.first
  }

  /// Whether a type, or what it inherits from, has a member of that name.
  private func isMember(_ name: String, of type: String) -> Bool {
    var seen: Set<String> = [type]
    var waiting = [type]
    while let next = waiting.popLast() {
      if members[next]?.contains(name) == true { return true }
      waiting += (parents[next] ?? []).filter { seen.insert($0).inserted }
    }
    return false
  }
}
