import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

/// Files of the Python package `safetensors` are read, and what is written is what it writes.
@Suite struct SafeTensorsTests {
  private func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  @Test(arguments: SafeTensorsFixture.all.good)
  func filesOfOtherProgramsAreRead(_ good: SafeTensorsFixture.Good) throws {
    try withTemporaryFolder { folder in
      try write(SafeTensorsFixture.bytes(hexadecimal: good.file), to: folder + "/a")
      let file = try SafeTensors(folder + "/a")
      #expect(Set(file.names.map(ExactName.init)) == Set(good.tensors.map { ExactName($0.name) }))
      for tensor in good.tensors {
        #expect(tensor.isEqual(to: try file[tensor.name]), "\(tensor.name)")
        let entry = try #require(file.entry(tensor.name))
        #expect(entry.storedDType == tensor.stored && entry.shape == tensor.shape)
        #expect(entry.dtype.map { "\($0)" } == tensor.dtype)
      }
      #expect(try file.metadata() == good.metadata)
      for (name, text) in good.metadata { #expect(file.metadata(name) == text) }
    }
  }

  @Test(arguments: SafeTensorsFixture.all.bad)
  func filesThatMakeNoSenseAreRefused(_ bad: SafeTensorsFixture.Bad) throws {
    try withTemporaryFolder { folder in
      try write(SafeTensorsFixture.bytes(hexadecimal: bad.file), to: folder + "/a")
      let error = #expect(throws: ArrayFileError.self) { try SafeTensors(folder + "/a") }
      let found = try #require(error).problem
      #expect("\(found)".hasPrefix(bad.problem))
      #expect(error?.description.hasPrefix(folder + "/a") == true)
    }
  }

  @Test func bytesAreThoseOfThePackage() throws {
    let x = Tensor([[1, 2], [3, 4]] as [[Float]])
    try withTemporaryFolder { folder in
      try SafeTensors.write(
        ["a": x, "b": x[0] * 2], metadata: ["kind": "small"], to: folder + "/a")
      #expect(try bytes(folder + "/a") == SafeTensorsFixture.bytes("plain"))
      let list = [
        (name: "z", tensor: Tensor([true, false, true])), ("x", x),
        ("y", Tensor([0.1] as [Double])),
      ]
      try SafeTensors.write(
        list, metadata: ["b": "\u{E9}\n\"\\\u{1}", "a": "1"], to: folder + "/b")
      #expect(try bytes(folder + "/b") == SafeTensorsFixture.bytes("mixed"))
      #expect(try SafeTensors(folder + "/b").names == ["z", "x", "y"])
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let x = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])
    let tensors = [
      "b": x.transposed(), "a": x.exp().sum(), "": Tensor([true]), "a/b": Tensor([Double]()),
      "row": Tensor([1.5]).expanded(to: [3, 1]), "i": Tensor([1, -1] as [Int32]),
    ]
    try withTemporaryFolder { folder in
      try SafeTensors.write(tensors, to: folder + "/a")
      let file = try SafeTensors(folder + "/a")
      #expect(file.names == ["", "a", "a/b", "b", "i", "row"] && file.metadataNames.isEmpty)
      for (name, tensor) in try file.tensors() {
        #expect(tensor.shape == tensors[name]?.shape && tensor.dtype == tensors[name]?.dtype)
        #expect(tensor.scalars == tensors[name]?.scalars)
      }
      try SafeTensors.write([:], to: folder + "/none")
      #expect(try bytes(folder + "/none") == [8, 0, 0, 0, 0, 0, 0, 0] + "{}      ".utf8)
    }
  }

  @Test func namesAreToldApartByTheirCodePoints() throws {
    try withTemporaryFolder { folder in
      try SafeTensors.write(["\u{E9}": Tensor(1), "e\u{301}": Tensor(2)], to: folder + "/a")
      let file = try SafeTensors(folder + "/a")
      #expect(try file["\u{E9}"].item() == 1 && file["e\u{301}"].item() == 2)
      let error = #expect(throws: ArrayFileError.self) { try file.tensors() }
      #expect(error?.problem == .namesLookAlike)
      let missing = #expect(throws: ArrayFileError.self) { try file["e"] }
      #expect(missing?.problem == .noSuchArray(["\u{E9}", "e\u{301}"]))
    }
  }

  @Test func dtypesWithoutCounterpartAreListedAndNotRead() throws {
    let header = #"{"c":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#
    let data: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
    try withTemporaryFolder { folder in
      let length = [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0]
      try write(length + header.utf8 + data, to: folder + "/a")
      let file = try SafeTensors(folder + "/a")
      #expect(file.entries.map(\.storedDType) == ["C64"] && file.entries[0].dtype == nil)
      let error = #expect(throws: ArrayFileError.self) { try file["c"] }
      #expect(error?.problem == .unsupportedDType("C64") && error?.array == "c")

      let wide = header.replacingOccurrences(of: "C64", with: "U64")
      try write(length + wide.utf8 + data, to: folder + "/b")
      let range = #expect(throws: ArrayFileError.self) { try SafeTensors(folder + "/b")["c"] }
      #expect(range?.problem == .outOfRange(.max, position: 0))
    }
  }

  @Test func namesThatCannotBeWrittenAreRefused() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      let twice = #expect(throws: ArrayFileError.self) {
        try SafeTensors.write([("a", Tensor(1)), ("a", Tensor(2))], to: path)
      }
      #expect(twice?.problem == .unusableName("two tensors are named 'a'"))
      let kept = #expect(throws: ArrayFileError.self) {
        try SafeTensors.write(["__metadata__": Tensor(1)], to: path)
      }
      #expect(
        kept?.problem == .unusableName("the format keeps the name '__metadata__' for the metadata"))
      let long = #expect(throws: ArrayFileError.self) {
        try SafeTensors.write(
          ["a": 1], metadata: ["b": String(repeating: "x", count: 100_000_000)], to: path)
      }
      let found = try #require(long).problem
      #expect("\(found)".hasPrefix("headerTooLarge"))
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  @Test func missingFilesFoldersAndPipesAreRefused() throws {
    try withTemporaryFolder { folder in
      mkfifo(folder + "/pipe", 0o600)
      for path in [folder, folder + "/none", folder + "/pipe", "a\u{0}b"] {
        let error = #expect(throws: ArrayFileError.self) { try SafeTensors(path) }
        let found = try #require(error).problem
        #expect("\(found)".hasPrefix("unreadable"))
      }
      let error = #expect(throws: ArrayFileError.self) {
        try SafeTensors.write(["a": 1], to: folder + "/none/a")
      }
      #expect(error?.problem == .unwritable("No such file or directory"))
    }
  }
}
