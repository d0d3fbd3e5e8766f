import LevinTraining
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct ConsoleTests {
  @Test func theBarIsDrawnOverItself() {
    let (console, screen) = screenConsole(columns: 40)
    for text in ["a long one", "short", ""] { console.redraw { _ in text } }
    #expect(screen.value.text == [""])
    console.redraw { _ in "last" }
    console.endBar()
    console.endBar()
    #expect(screen.value.text == ["last", ""])
  }

  @Test func theBarMayTakeUpAllButThreeColumns() {
    let (console, screen) = screenConsole(columns: 10)
    console.redraw { String(repeating: "x", count: $0) }
    #expect(screen.value.text == ["xxxxxxx"])
    // The terminal echoes Ctrl-C.
    screen.value.feed("^C")
    console.redraw { _ in "over" }
    #expect(screen.value.text == ["over"])
  }

  @Test func linesWithoutABarAreWrittenAsTheyAre() {
    let transcript = Transcript(isTerminal: true)
    transcript.console.line("one\ntwo")
    #expect(transcript.text == "one\ntwo\n")
  }

  @Test func aLineIsOneWrite() {
    var writes: [String] = []
    let console = Console(isTerminal: true, write: { writes.append($0) })
    console.redraw { "\($0)" }
    console.line("news")
    console.endBar()
    #expect(writes == ["\r77\u{1B}[K", "\r\u{1B}[Knews\n77\u{1B}[K", "\n"])
  }

  @Test(arguments: [
    (80, 40), (80, 20), (80, 79), (80, 7), (80, 4), (40, 80),
  ]) func afterAResizeOneLineIsLeft(_ before: Int, _ after: Int) {
    let (console, screen) = screenConsole(columns: before)
    screen.value.feed("above\r\n")
    for kind in ["drawn", "pushed down"] {
      screen.value.resize(columns: before)
      console.redraw { String(repeating: "x", count: $0) }
      screen.value.resize(columns: after)
      if kind == "drawn" {
        console.redraw { String(repeating: "y", count: $0) }
      } else {
        console.line("news")
      }
    }
    screen.value.resize(columns: 100)
    #expect(
      screen.value.text == ["above", "news", String(repeating: "x", count: max(after - 3, 1))])
  }

  @Test func wideCharactersCount() {
    let (console, screen) = screenConsole(columns: 20)
    console.redraw { _ in "損失損失損失損失" }
    screen.value.resize(columns: 10)
    console.redraw { _ in "x" }
    #expect(screen.value.text == ["x"])
  }

  // The environment belongs to the whole process, so this test has one of its own.
  @Test(arguments: [("60", "57"), ("many", "77"), ("0", "77")])
  func aTerminalThatHasNoWidthTakesThatOfTheShellOr80(_ shell: String, _ drawn: String) async {
    await #expect(processExitsWith: .success) { [shell, drawn] in
      setenv("COLUMNS", shell, 1)
      let terminal = PseudoTerminal(columns: 0)
      terminal.console { 0 }.redraw { "\($0)" }
      precondition(terminal.finish() == "\r\(drawn)\u{1B}[K")
    }
  }
}
