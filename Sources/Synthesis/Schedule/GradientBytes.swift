/// Bytes of weights' gradients that one rank of a stage holds.
///
/// With layers L of the stage, N experts of E weights over EP ranks, A weights of attention and b bytes of a
/// gradient: N/EP · E/TP · L · b for experts, (A + shared experts)/TP · L · b for all else; a layer without
/// experts has its network in their place.
struct GradientBytes: Equatable {
  /// Of experts.
  var experts: Int64
  /// Of all else.
  var others: Int64

  init(_ model: MoEModel, _ layout: ParallelLayout, layers: Range<Int>) {
    let dense = Int64(layers.count { $0 < model.denseLayers })
    let sparse = Int64(layers.count) - dense
    let size = Int64(model.elementBytes.gradient)
    let tensor = Int64(layout.tensor)
    let held = Int64(model.experts.count / layout.expert)
    experts = sparse * held * model.expertParameters / tensor * size
    let attention = Int64(layers.count) * model.attention.parameters
    let shared = sparse * Int64(model.experts.shared) * model.expertParameters
    others = (attention + shared + dense * model.denseParameters) / tensor * size
  }
}
