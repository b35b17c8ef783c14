import Diagnostics
import TestSupport
import Testing
import Trace

@testable import Synthesis

@Suite("Layouts")
struct LayoutTests {
  @Test("sizes are read in any order, and 1 where left out")
  func text() throws {
    let layout = try ParallelLayout("ep2-dp4-tp2-pp2")
    #expect(layout.text == "tp2-pp2-dp4-ep2")
    #expect(layout.worldSize == 16 && layout.expertReplicas == 2 && layout.stageSize == 8)
    #expect(try ParallelLayout("dp8").text == "tp1-pp1-dp8-ep1")
    #expect(try ParallelLayout("tp16-pp8-dp256-ep32").worldSize == 32_768)
  }

  @Test(
    "what is no layout is refused",
    arguments: [
      "", "tp", "tp2-", "tp2_pp2", "cp2", "tp0", "tp-1", "tp2-tp2", "dp4-ep3", "tp2.5",
      "tp99999999999999999999", "tp1048576-dp2",
    ])
  func refusals(_ text: String) {
    let diagnostic = thrownDiagnostic { try ParallelLayout(text) }
    #expect(diagnostic?.code == .usage)
    #expect(diagnostic?.problem.contains("--layout") == true)
  }

  @Test("groups of a small layout, written out by hand")
  func groups() throws {
    let table = GroupTable(try ParallelLayout("tp2-pp2-dp4-ep2"))
    let text = table.groups.map { group in
      group.purpose + " " + group.ranks.map { String($0.raw) }.joined(separator: ",")
    }
    #expect(
      text == [
        "tp 0,1", "tp 2,3", "tp 4,5", "tp 6,7", "tp 8,9", "tp 10,11", "tp 12,13", "tp 14,15",
        "ep 0,2", "ep 1,3", "ep 4,6", "ep 5,7", "ep 8,10", "ep 9,11", "ep 12,14", "ep 13,15",
        "edp 0,4", "edp 1,5", "edp 2,6", "edp 3,7", "edp 8,12", "edp 9,13", "edp 10,14",
        "edp 11,15",
        "dp 0,2,4,6", "dp 1,3,5,7", "dp 8,10,12,14", "dp 9,11,13,15",
        "pp 0,8", "pp 1,9", "pp 2,10", "pp 3,11", "pp 4,12", "pp 5,13", "pp 6,14", "pp 7,15",
      ])
    #expect(Set(table.groups.map(\.name)).count == table.groups.count)
  }

  @Test(
    "each family cuts the job into groups, and each rank finds its own",
    arguments: [
      "tp2-pp2-dp4-ep2", "tp1-pp3-dp6-ep3", "tp3-pp1-dp4-ep4", "tp4-pp2-dp2-ep1", "dp8-ep4", "pp5",
    ])
  func partition(_ text: String) throws {
    let layout = try ParallelLayout(text)
    let table = GroupTable(layout)
    for family in GroupTable.Family.allCases {
      var seen: [Int] = []
      for rank in 0..<layout.worldSize {
        guard let group = table.group(family, of: rank) else {
          #expect(table.size(family) == 1)
          continue
        }
        #expect(table.groups[group].ranks.contains(RankID(index: rank)))
        #expect(table.groups[group].ranks.count == table.size(family))
        #expect(table.groups[group].purpose == family.rawValue)
        #expect(table.family(of: group) == family)
        seen.append(group)
      }
      // Each group is found by each of its members, and by nobody else.
      for group in Set(seen) {
        #expect(seen.count { $0 == group } == table.size(family))
      }
    }
  }
}
