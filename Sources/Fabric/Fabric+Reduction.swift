import Quantities

/// What switches that add up and copy need to know: the ways between GPUs and them.
extension Fabric {
  /// What keeps the switches of a pod from adding up what goes through them; `nil` where they do.
  public func obstacleToReduction(inPod pod: Int) -> String? {
    let network = scaleUp(ofPod: pod)
    guard network.reducesInNetwork else {
      return "the switches of pod\(pod) of fabric '\(name)' do not add up what goes through them"
    }
    guard case .switch = network.topology else {
      return
        "the switches of pod\(pod) of fabric '\(name)' are more than one tier, and only one is "
        + "modelled to add up"
    }
    return nil
  }

  /// The way from a GPU to the switches of its pod, or from them to it: over all planes that it has,
  /// as much on each as on the others. It has half of the latency of a way between two GPUs. What the
  /// GPUs of an oversubscribed pod share is crossed on the way up.
  public func wayToSwitches(of gpu: Int, isEgress: Bool) -> Route {
    let end = End(gpu, self)
    let (network, classes, _, _) = network(.scaleUp, end.run)
    guard let network, isHealthy(gpu: gpu) else { return .none }
    let planes = classes.enumerated().compactMap { bundle, planes -> (Int, Double)? in
      let left = portShare(
        end.run, end.pod, end.place, .scaleUp, planes.planes[0], isEgress: isEgress)
      return left > 0 ? (bundle, Double(planes.planes.count)) : nil
    }
    let all = planes.reduce(0) { $0 + $1.1 }
    guard all > 0 else { return .none }
    var route = Route(links: [], shares: [], latency: network.hopLatency)
    for (bundle, count) in planes {
      route.links.append(end.port(.scaleUp, bundle, isEgress: isEgress))
      route.shares.append(count / all)
    }
    if isEgress, network.oversubscription > 1 {
      route.links.append(sharedID(end))
      route.shares.append(1)
    }
    return route
  }
}
