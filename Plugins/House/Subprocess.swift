import Foundation

/// The destination of a tool's standard error.
enum ErrorOutput {
  case merged, dropped
}

/// Runs a tool to its end and returns what it wrote.
func run(
  _ tool: URL, _ arguments: [String], in folder: URL, errors: ErrorOutput
) throws -> (status: Int32, output: [UInt8]) {
  let process = Process()
  process.executableURL = tool
  process.arguments = arguments
  process.currentDirectoryURL = folder
  let pipe = Pipe()
  process.standardOutput = pipe
  switch errors {
  case .merged: process.standardError = pipe
  case .dropped: process.standardError = FileHandle.nullDevice
  }
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return (process.terminationStatus, [UInt8](output))
}
