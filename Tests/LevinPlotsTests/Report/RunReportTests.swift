import Foundation
import Levin
import LevinTestKit
import Testing

@testable import LevinPlots

@Suite struct RunReportTests {
  private final class Line: ValidatingModule, HyperparameterProviding {
    @Parameter var slope: Tensor = [0]
    @Parameter var many: Tensor = .zeros([100])
    var hyperparameters: Hyperparameters { ["rate": 0.1, "<name>": "a & b"] }

    func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
      let loss = (batch - slope).square().mean() + many.square().sum()
      log("train_loss", loss, onStep: true, onEpoch: true)
      log("</script>\"odd\"", slope)
      return loss
    }
    func validationStep(_ batch: Tensor, batchIndex: Int) {
      log("val_loss", (batch - slope).square().mean())
    }
    func configureOptimizers() -> OptimizerConfiguration {
      .init(SGD(parameters, learningRate: 0.1))
    }
  }

  private final class Peek: Callback {
    var look: (Trainer) throws -> Void = { _ in }
    override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
      try look(trainer)
    }
  }

  private let data = DataLoader(TensorDataset(Tensor([Float(1), 2, 3, 4])), batchSize: 2)

  private func trainer(_ folder: String, _ callbacks: [Callback], epochs: Int = 3) -> Trainer {
    Trainer(
      maxEpochs: epochs, directory: folder, name: "line", callbacks: callbacks, progressBar: false,
      summary: false)
  }

  private func page(_ folder: String) throws -> String {
    try String(contentsOfFile: folder + "/line/version_0/report.html", encoding: .utf8)
  }

  // What a reader of the page sees, without what is in scripts and pictures.
  private func text(_ page: String) -> String {
    page.replacing(/(?s)<(script|style|svg)\b.*?<\/\1>/, with: " ").replacing(/<[^>]*>/, with: " ")
  }

  @Test func theReportOfARunTellsWhatItCameTo() throws {
    try withTemporaryFolder { folder in
      let model = Line()
      try trainer(folder, [RunReport()]).fit(model, train: data, validation: data)
      let page = try page(folder)
      let text = text(page)
      for part in [
        "line / version_0", "all epochs done", "Line", "slope", "&lt;name&gt;", "a &amp; b",
        "train_loss_step", "val_loss",
      ] { #expect(text.contains(part), "\(part)") }
      #expect(text.contains(String(format: "%.6g", model.slope.item(as: Double.self))))
      // A large parameter has no rows, and nothing is asked of a network.
      #expect(!text.contains("many[") && !page.contains("src=") && !page.contains("@import"))
      #expect(!page.contains("http-equiv=\"refresh\""))
      // Training and validation of one quantity are one picture, in two themes.
      #expect(page.components(separatedBy: "<figure>").count == 3)
      #expect(page.components(separatedBy: "<svg ").count == 5)
    }
  }

  @Test func thePointerIsToldStepsAndValues() throws {
    try withTemporaryFolder { folder in
      try trainer(folder, [RunReport()]).fit(Line(), train: data, validation: data)
      let page = try page(folder)
      let scripts = page.matches(of: /<script type="application\/json">(.*?)<\/script>/).map(\.1)
      #expect(scripts.count == 2)
      for script in scripts {
        let object = try JSONSerialization.jsonObject(with: Data(script.utf8))
        let series = try #require((object as? [String: Any])?["series"] as? [[String: Any]])
        for curve in series {
          let steps = try #require(curve["s"] as? [Int])
          #expect(steps.count == (curve["v"] as? [Any])?.count && steps.last == 6)
        }
      }
      #expect(scripts[1].contains("\\u003c/script\\u003e"))
    }
  }

  @Test func whileTheRunGoesOnThePageIsRefreshed() throws {
    try withTemporaryFolder { folder in
      let peek = Peek()
      var pages: [String] = []
      peek.look = { trainer in
        if trainer.currentEpoch > 0 { pages.append(try page(folder)) }
      }
      try trainer(folder, [RunReport(interval: .zero), peek]).fit(
        Line(), train: data, validation: data)
      #expect(pages.count == 2)
      for page in pages {
        #expect(page.contains("http-equiv=\"refresh\"") && text(page).contains("running"))
      }
    }
  }

  @Test func estimatesHaveTheStandardErrorsThatAreGiven() throws {
    try withTemporaryFolder { folder in
      let report = RunReport { _ in
        [.init(name: "slope", value: 2.5, standardError: 0.125), .init(name: "gate", value: -1)]
      }
      try trainer(folder, [report]).fit(Line(), train: data, validation: data)
      let text = text(try page(folder)).split(separator: /\s+/).joined(separator: " ")
      #expect(text.contains("name estimate standard error slope 2.5 0.125 gate -1"))
    }
  }

  @Test func aRunThatFailsSaysSo() throws {
    struct Broken: Error {}
    try withTemporaryFolder { folder in
      let peek = Peek()
      peek.look = { _ in throw Broken() }
      #expect(throws: Broken.self) {
        try trainer(folder, [RunReport(), peek]).fit(Line(), train: data, validation: data)
      }
      let page = try page(folder)
      #expect(text(page).contains("ended by an error"))
    }
  }

  @Test func aRunThatGoesOnHasTheCurvesOfItsFirstPart() throws {
    try withTemporaryFolder { folder in
      try trainer(folder, [RunReport()], epochs: 2).fit(Line(), train: data, validation: data)
      try trainer(folder, [RunReport()], epochs: 4).fit(
        Line(), train: data, validation: data, resume: .last)
      let page = try page(folder)
      #expect(page.contains("\"n\":\"val_loss\",\"s\":[2,4,6,8]"))
    }
  }

  @Test func aReportThatCannotBeWrittenDoesNotEndTheFit() throws {
    try withTemporaryFolder { folder in
      let report = RunReport()
      let peek = Peek()
      peek.look = { trainer in
        if trainer.currentEpoch == 0 {
          try FileManager.default.removeItem(atPath: folder + "/line/version_0")
        }
      }
      let fit = Trainer(
        maxEpochs: 2, directory: folder, name: "line", callbacks: [report, peek],
        checkpoints: false, progressBar: false, summary: false)
      #expect(try fit.fit(Line(), train: data, validation: data).epochs == 2)
      let failure = try #require(report.failure as? FigureError)
      #expect(failure.path.hasSuffix("/line/version_0/report.html"))
      #expect(failure.reason.contains("exist"))
    }
  }

  @Test(arguments: [
    ("train_loss", "loss"), ("val_loss", "loss"), ("loss_step", "loss"),
    ("train_loss_epoch", "loss"),
    ("lambda", "lambda"), ("train_", "train_"), ("val/accuracy", "accuracy"),
  ])
  func metricsOfOneQuantityBelongTogether(name: String, subject: String) {
    #expect(ReportCurves.subject(of: name) == subject)
  }
}
