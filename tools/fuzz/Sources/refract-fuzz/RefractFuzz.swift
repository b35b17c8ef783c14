import CFuzzer
import Glibc

/// Feeds one of the product's readers with bytes of libFuzzer's making.
///
/// The target is named in the environment, for libFuzzer takes all arguments to be its own, and hands
/// them on to processes that it starts.
@main
enum RefractFuzz {
  /// Where the target's name stands; without, all are named.
  private static let variable = "REFRACT_FUZZ_TARGET"
  /// Set where what each input ends in is to be printed.
  private static let sayingVariable = "REFRACT_FUZZ_SAYS"
  /// Set where reading is all that is wanted.
  private static let readingVariable = "REFRACT_FUZZ_READING"

  private static let harness: Harness? = getenv(variable).flatMap { name in
    Target.all.first { $0.name == String(cString: name) }
  }.map {
    Harness(
      $0, folder: WorkFolder(), goesOn: getenv(readingVariable) == nil,
      says: getenv(sayingVariable) != nil)
  }

  static func main() {
    guard harness != nil else {
      print(Target.all.map(\.name).joined(separator: "\n"))
      exit(getenv(variable) == nil ? 0 : 64)
    }
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(
      LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
        RefractFuzz.harness?.feed(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
      })
  }
}
