import Foundation
import Levin
import LevinTestKit
import Testing

@testable import LevinPlots

/// A report as a real browser shows it; skipped where there is no Chromium (`apt-get install chromium`).
@Suite(
  .enabled(if: Browser.path != nil, "there is no chromium, so no report is opened in a browser"))
struct BrowserTests {
  private final class Line: LightningModule {
    @Parameter var slope: Tensor = [0]
    func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
      let loss = (batch - slope).square().mean()
      log("train_loss", loss)
      return loss
    }
    func configureOptimizers() -> OptimizerConfiguration {
      .init(SGD(parameters, learningRate: 0.05))
    }
  }

  private func report(_ folder: String) throws -> String {
    let data = DataLoader(TensorDataset(Tensor([Float(1), 2, 3])), batchSize: 3)
    let trainer = Trainer(
      maxEpochs: 20, directory: folder, name: "line", callbacks: [RunReport()], progressBar: false,
      summary: false)
    try trainer.fit(Line(), train: data)
    return folder + "/line/version_0/report.html"
  }

  @Test func thePageShowsTheRun() throws {
    try withTemporaryFolder { folder in
      let page = try Browser.document(of: report(folder), folder)
      for part in ["line / version_0", "all epochs done", "slope", "train_loss"] {
        #expect(page.contains(part), "\(part)")
      }
    }
  }

  @Test func thePointerShowsStepAndValue() throws {
    try withTemporaryFolder { folder in
      let path = try report(folder)
      let moved = """
        <script>
        const f=document.querySelector("figure"),b=f.getBoundingClientRect();
        f.dispatchEvent(new PointerEvent("pointermove",{clientX:b.left+b.width*0.97,clientY:b.top+b.height/2}));
        </script></body>
        """
      let page = try String(contentsOfFile: path, encoding: .utf8)
      let touched = folder + "/touched.html"
      try page.replacing("</body>", with: moved).write(
        toFile: touched, atomically: true, encoding: .utf8)
      let document = try Browser.document(of: touched, folder)
      #expect(
        document.contains(
          /<div class="tip" style="[^"]*"><div>step 20<\/div><div>train_loss: [\d.]+/))
      // Until it is moved there, nothing is shown.
      #expect(try Browser.document(of: path, folder).contains("<div class=\"tip\" hidden"))
    }
  }

  @Test(arguments: [360, 1000]) func thePictureIsNotBlank(width: Int) throws {
    try withTemporaryFolder { folder in
      let colors = try Browser.colors(of: report(folder), width: width, folder)
      // Text, curves and smooth edges have many.
      #expect(colors > 50)
    }
  }
}

/// The browser of the system.
private enum Browser {
  static let path = ["chromium", "chromium-browser", "google-chrome"].lazy.flatMap { name in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map {
      "\($0)/\(name)"
    }
  }.first { FileManager.default.isExecutableFile(atPath: $0) }

  // Where a page ends up once its scripts have run.
  static func document(of page: String, _ folder: String) throws -> String {
    let output = try run(["--dump-dom", URL(filePath: page).absoluteString], folder)
    return String(decoding: output, as: UTF8.self)
  }

  static func colors(of page: String, width: Int, _ folder: String) throws -> Int {
    let picture = folder + "/page.png"
    _ = try run(
      [
        "--hide-scrollbars", "--window-size=\(width),800", "--screenshot=\(picture)",
        URL(filePath: page).absoluteString,
      ], folder)
    return try Set(PNGPixels([UInt8](Data(contentsOf: URL(filePath: picture)))).pixels).count
  }

  private static func run(_ arguments: [String], _ folder: String) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: try #require(path))
    process.arguments =
      ["--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir=\(folder)/profile"]
      + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return data
  }
}

/// The pixels of a PNG file of 8-bit colours, each as its bytes.
private struct PNGPixels {
  let pixels: [[UInt8]]

  init(_ file: [UInt8]) throws {
    func number(_ position: Int) -> Int {
      file[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
    let (width, height) = (number(16), number(20))
    let channels = file[25] == 6 ? 4 : 3
    var (stream, position) = ([UInt8](), 8)
    while position < file.count {
      let length = number(position)
      if file[(position + 4)..<(position + 8)].elementsEqual("IDAT".utf8) {
        stream += file[(position + 8)..<(position + 8 + length)]
      }
      position += 12 + length
    }
    var rows = try Inflater.unpack(stream)
    let stride = width * channels
    for row in 0..<height { Self.unfilter(&rows, row, stride, channels) }
    pixels = (0..<height).flatMap { row in
      (0..<width).map { column in
        let start = row * (stride + 1) + 1 + column * channels
        return Array(rows[start..<(start + channels)])
      }
    }
  }

  private static func unfilter(_ rows: inout [UInt8], _ row: Int, _ stride: Int, _ channels: Int) {
    let start = row * (stride + 1) + 1
    let filter = rows[start - 1]
    for index in 0..<stride {
      let left = index < channels ? 0 : Int(rows[start + index - channels])
      let up = row == 0 ? 0 : Int(rows[start + index - stride - 1])
      let corner =
        row == 0 || index < channels ? 0 : Int(rows[start + index - stride - 1 - channels])
      let guess =
        switch filter {
        case 1: left
        case 2: up
        case 3: (left + up) / 2
        case 4: nearest(left, up, corner)
        default: 0
        }
      rows[start + index] = UInt8(truncatingIfNeeded: Int(rows[start + index]) + guess)
    }
  }

  private static func nearest(_ left: Int, _ up: Int, _ corner: Int) -> Int {
    let guess = left + up - corner
    let (a, b, c) = (abs(guess - left), abs(guess - up), abs(guess - corner))
    return a <= b && a <= c ? left : b <= c ? up : corner
  }
}
