import Testing

@testable import LevinPlots

@Suite struct PNGTests {
  /// The types and contents of a file's chunks, whose checks are looked at.
  private func chunks(of file: [UInt8]) throws -> [(type: String, data: [UInt8])] {
    #expect(Array(file.prefix(8)) == [137, 80, 78, 71, 13, 10, 26, 10])
    var (chunks, position) = ([(type: String, data: [UInt8])](), 8)
    func number(_ start: Int) -> Int { file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    while position < file.count {
      let end = position + 8 + number(position)
      let body = Array(file[position + 4..<end])
      #expect(number(end) == Int(crc32(body)))
      chunks.append((String(decoding: body.prefix(4), as: UTF8.self), Array(body.dropFirst(4))))
      position = end + 4
    }
    return chunks
  }

  /// The samples of a picture, its filters undone as ISO 15948, section 9.2, says.
  private func samples(_ rows: [UInt8], rowSize: Int, pixelSize: Int) throws -> [UInt8] {
    var (result, above) = ([UInt8](), [UInt8](repeating: 0, count: rowSize))
    for start in stride(from: 0, to: rows.count, by: rowSize + 1) {
      var row = [UInt8](repeating: 0, count: rowSize)
      for index in 0..<rowSize {
        let left = index < pixelSize ? 0 : Int(row[index - pixelSize])
        let corner = index < pixelSize ? 0 : Int(above[index - pixelSize])
        let up = Int(above[index])
        let estimate = left + up - corner
        let nearest = [left, up, corner].min { abs(estimate - $0) < abs(estimate - $1) }
        let foretold = [0, left, up, (left + up) / 2, try #require(nearest)][Int(rows[start])]
        row[index] = rows[start + 1 + index] &+ UInt8(foretold)
      }
      result += row
      above = row
    }
    return result
  }

  @Test func aFileHasAHeaderDataAndAnEnd() throws {
    let bytes = (0..<5 * 3 * 3).map { UInt8($0) }
    let chunks = try chunks(of: PNG.encode(bytes, width: 5, height: 3, .rgb))
    #expect(chunks.map(\.type) == ["IHDR", "IDAT", "IEND"])
    #expect(chunks[0].data == [0, 0, 0, 5, 0, 0, 0, 3, 8, 2, 0, 0, 0])
    #expect(chunks[2].data.isEmpty)
  }

  @Test(arguments: [PNG.Pixels.rgb, .rgba])
  func picturesAreReadBackAsTheyWere(pixels: PNG.Pixels) throws {
    let (width, height, size) = (37, 21, pixels.rawValue)
    let flat = [UInt8](repeating: 255, count: width * height * size)
    let flowing = flat.indices.map { UInt8(($0 / (width * size) + $0 % (width * size) / size) * 4) }
    let wild = flat.indices.map { UInt8($0 * $0 * 31 % 251) }
    var filters = Set<UInt8>()
    for picture in [flat, flowing, wild] {
      let file = PNG.encode(picture, width: width, height: height, pixels)
      let rows = try Inflater.unpack(chunks(of: file)[1].data)
      #expect(rows.count == height * (width * size + 1))
      #expect(try samples(rows, rowSize: width * size, pixelSize: size) == picture)
      let all = PNGFilters(width: width, pixelSize: size).filtered(picture)
      #expect(try samples(all, rowSize: width * size, pixelSize: size) == picture)
      filters.formUnion(stride(from: 0, to: all.count, by: width * size + 1).map { all[$0] })
    }
    #expect(filters.count > 2)
  }

  @Test func aCanvasWithoutTransparencySavesItself() throws {
    var canvas = try RasterCanvas(width: 4, height: 2, background: Color(0x102030))
    canvas.fill(Path(Rectangle(x: 1, y: 0, width: 1, height: 1)), Color(0xFF8000))
    let chunks = try chunks(of: canvas.png())
    #expect(chunks[0].data[9] == 2)
    let rows = try Inflater.unpack(chunks[1].data)
    let picture = try samples(rows, rowSize: 12, pixelSize: 3)
    let ground: [UInt8] = [0x10, 0x20, 0x30]
    #expect(
      picture == ground + [0xFF, 0x80, 0] + ground + ground + ground + ground + ground + ground)
  }

  @Test func whatShowsThroughIsSavedWithItsOpacity() throws {
    var canvas = try RasterCanvas(width: 2, height: 1, background: Color(0).opacity(0))
    canvas.fill(
      Path(Rectangle(x: 0, y: 0, width: 1, height: 1)), Color(0xFF8040).opacity(0.6))
    let chunks = try chunks(of: canvas.png())
    #expect(chunks[0].data[9] == 6)
    let rows = try Inflater.unpack(chunks[1].data)
    #expect(
      try samples(rows, rowSize: 8, pixelSize: 4) == [0xFF, 0x80, 0x40, 153, 0, 0, 0, 0])
  }

  @Test func aPlotTakesFewBytes() throws {
    var canvas = try RasterCanvas(width: 300, height: 200, background: Color(0xFFFFFF))
    for y in stride(from: 20.5, to: 200, by: 20) {
      canvas.stroke(
        Path([Point(x: 20, y: y), Point(x: 280, y: y)]), Stroke(width: 1), Color(0xDDDDDD))
    }
    let wave = (0..<260).map { Point(x: 20 + Double($0), y: 100 - Double($0 * (260 - $0)) / 200) }
    canvas.stroke(Path(wave), Stroke(width: 1.5), Color(0x1F77B4))
    #expect(canvas.png().count < 5000)
  }
}
