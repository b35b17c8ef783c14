/// A reader of the product, with what the product does next with what it gives.
struct Target: Sendable {
  /// Its name, and that of the folder of its seeds.
  let name: String
  /// Feeds it; throws what the command would end in.
  let read: @Sendable (Input) throws -> Void

  /// All of them, layers below the formats first.
  static let all = layers + captures + settings
}
