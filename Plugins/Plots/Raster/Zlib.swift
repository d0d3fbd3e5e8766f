/// Packs bytes into a zlib stream (RFC 1950), the contents deflated (RFC 1951).
func zlibStream(_ bytes: [UInt8]) -> [UInt8] {
  var writer = BitWriter()
  // Deflate with a window of 32 kB, and the level that says "the best".
  writer.append([0x78, 0xDA])
  deflate(bytes, to: &writer)
  writer.align()
  let sum = adler32(bytes)
  writer.append([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) })
  return writer.bytes
}

/// The most tokens of a block: its codes are told anew, and fit what the block holds.
private let mostTokens = 32_768

/// Repetitions of this length are taken without a look for longer ones.
private let goodLength = 64

/// Replaces what repeats earlier bytes, and writes the rest by Huffman codes.
///
/// A repetition waits for one byte: if a longer one begins there, the first byte is written as it is.
private func deflate(_ bytes: [UInt8], to writer: inout BitWriter) {
  var finder = MatchFinder(bytes)
  var block = DeflateBlock()
  var (position, blockStart) = (0, 0)
  var waiting: MatchFinder.Match?
  while position < bytes.count {
    let least = waiting?.length ?? 0
    let match = least < goodLength ? finder.longestMatch(at: position, longerThan: least) : nil
    finder.insert(position)
    if let earlier = waiting, match == nil {
      block.append(earlier)
      let end = position - 1 + earlier.length
      for passed in position + 1..<max(end, position + 1) { finder.insert(passed) }
      (position, waiting) = (end, nil)
    } else {
      if waiting != nil { block.append(bytes[position - 1]) }
      waiting = match
      if match == nil { block.append(bytes[position]) }
      position += 1
    }
    if block.tokens.count >= mostTokens, waiting == nil {
      block.write(bytes[blockStart..<position], isLast: position == bytes.count, to: &writer)
      (block, blockStart) = (DeflateBlock(), position)
    }
  }
  if let waiting { block.append(waiting) }
  if blockStart < bytes.count || bytes.isEmpty {
    block.write(bytes[blockStart...], isLast: true, to: &writer)
  }
}
