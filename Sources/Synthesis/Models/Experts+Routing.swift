import Trace

extension MoEModel.Experts {
  /// An all-to-all of tokens to these experts, before anyone has decided which copies travel.
  func routing(
    tokens: Int64, tokenBytes: Int64, _ direction: TokenRouting.Direction
  ) -> TokenRouting {
    TokenRouting(
      direction: direction, tokens: tokens, tokenBytes: tokenBytes,
      expertsPerToken: Int64(perToken), experts: Int64(count), expertGroups: Int64(groups),
      groupsPerToken: Int64(groupsPerToken))
  }
}
