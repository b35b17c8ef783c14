import Trace

/// The rank that a file's name tells: the number behind "rank", else the one behind "worker" or
/// "dump", as flight recorders name theirs, or, as execution traces are called, behind "et" or "eg":
/// `kineto_rank3`, `worker3_step_12`, `_dump_3`, `dlrm_eg_3`.
func rankInName(_ name: String) -> RankID? {
  let lower = Array(name.lowercased().utf8)
  for word in ["rank", "worker", "dump"] {
    if let rank = number(behind: word, in: lower, isWhole: false) { return rank }
  }
  for word in ["et", "eg"] {
    if let rank = number(behind: word, in: lower, isWhole: true) { return rank }
  }
  return nil
}

/// - Parameter isWhole: whether the word must stand by itself, for short ones are parts of others.
private func number(behind word: String, in name: [UInt8], isWhole: Bool) -> RankID? {
  let word = Array(word.utf8)
  for start in name.indices where name[start...].starts(with: word) {
    if isWhole, start > 0, UInt8(ascii: "a")...UInt8(ascii: "z") ~= name[start - 1] { continue }
    let digits = name[(start + word.count)...]
      .drop {
        [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "=")].contains($0)
      }
      .prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    guard let number = Int32(String(decoding: digits, as: UTF8.self)) else { continue }
    if number < maximumWorldSize { return RankID(number) }
  }
  return nil
}
