// levin-runs: the runs below a folder as a table, and their curves as a picture.

import Foundation

do {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  if options.isHelp {
    print(Options.usage)
  } else {
    try Listing(options).show()
  }
} catch let error as Options.Mistake {
  complain("\(error)\n\n\(Options.usage)")
  exit(2)
} catch {
  complain("\(error)")
  exit(1)
}

func complain(_ text: String) {
  FileHandle.standardError.write(Data("levin-runs: \(text)\n".utf8))
}
