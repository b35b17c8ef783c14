import TestSupport

/// Files of other tools that are to become fabric files, and are wrong.
enum ImportCases {
  private static let given = " --gpus-per-node 8 --scale-up-gbps 3600 --scale-out-gbps 400"

  private static func slurm(
    _ name: String, _ text: String, status: Int32 = 65, options: String = given, _ error: String
  ) -> BadInput {
    file(
      "slurm, " + name, "topology.conf", .bytes(Array(text.utf8)), status: status, options, error)
  }

  private static func file(
    _ name: String, _ file: String, _ content: BadFile.Content, status: Int32 = 65,
    _ options: String, _ error: String
  ) -> BadInput {
    BadInput(
      "import: " + name, [BadFile(file, content)],
      "fabric import {dir}/\(file)\(options) -o {dir}/f.json", status: status,
      "{dir}/\(file)" + error)
  }

  static let all = [
    slurm(
      "figures left out", "BlockName=a Nodes=n[1-2]\nBlockName=b Nodes=n[3-4]\n", status: 64,
      options: "",
      """
      : does not say what a fabric file must; add --gpus-per-node, --scale-up-gbps and \
      --scale-out-gbps [usage]
      """),
    slurm(
      "a switch that is not there", "SwitchName=a Nodes=n1\nSwitchName=b Switches=[1-2]\n",
      """
      , line 2: there is no switch '1'; add its SwitchName= line, or mend the name \
      [malformed-topology]
      """),
    slurm(
      "a range of a trillion", "SwitchName=a Nodes=a[1-999999]b[1-999999]\n",
      """
      , line 1: the list stands for more than 1048576 names; check the ranges [limit-exceeded]
      """),
    slurm(
      "more GPUs than a fabric has", "BlockName=a Nodes=n[1-999999]\n",
      """
      : comes to 7999992 GPUs, more than 1048576; check the ranges and --gpus-per-node \
      [limit-exceeded]
      """),
    file(
      "GPUs that no links join", "node.xml",
      .bytes(
        Array(
          """
          <system><cpu>
          <pci busid="0"><gpu sm="80"><nvlink target="1" count="4"/></gpu></pci>
          <pci busid="1"><gpu sm="80"><nvlink target="0" count="4"/></gpu></pci>
          <pci busid="2"><gpu sm="80"/></pci>
          </cpu></system>
          """.utf8)), "",
      """
      , line 1: no NVLinks lead from GPU 0 to GPU 2, over others either; GPUs of a pod are linked: \
      write a fabric file in which each linked group is a pod [malformed-topology]
      """),
    file(
      "nothing known", "notes.txt", .bytes(Array("hello\n".utf8)), "",
      """
      : is neither a Slurm topology, nor NCCL topology XML, nor InfraGraph; say what it is with \
      --from slurm, nccl or infragraph [unknown-format]
      """),
    file(
      "empty", "t.conf", .bytes([]), "",
      ": is empty; it was probably never written; write or capture it again [empty-input]"),
    file(
      "XML that ends early", "node.xml", .bytes(Array("<system>\n  <cpu>\n".utf8)), "",
      """
      , line 3: is no XML: no element found; dump the topology again with NCCL_TOPO_DUMP_FILE \
      [malformed-topology]
      """),
    file(
      "XML that grows", "node.xml",
      .bytes(Array("<!DOCTYPE a [<!ENTITY b \"bbbb\">]>\n<system>&b;</system>\n".utf8)), "",
      """
      , line 1: has a document type, which no topology has; remove the <!DOCTYPE …> \
      [malformed-topology]
      """),
    file(
      "YAML that grows", "infra.yaml", .bytes(Array("devices: [&a [x, x], *a]\n".utf8)), "",
      """
      , line 1: an anchor (&…) begins here, and anchors are not read; write out what it stands \
      for, or quote the text [malformed-topology]
      """),
    file(
      "YAML without end", "infra.yaml",
      .bytes(Array(("devices: " + String(repeating: "[", count: 100_000)).utf8)), "",
      """
      , line 1: is no YAML: Maximum nesting level reached; mend the text there or in the lines \
      before it [malformed-topology]
      """),
    file(
      "binary", "t.yaml", .bytes([0x64, 0x65, 0xff, 0x0a]), " --from infragraph",
      """
      : is no UTF-8 text; check that this is the file you meant [malformed-topology]
      """),
    BadInput(
      "import: no such file", [], "fabric import {dir}/t.conf -o {dir}/f.json", status: 66,
      "{dir}/t.conf: no such file; check the name [no-such-file]"),
    BadInput(
      "import: a bandwidth of nothing", [],
      "fabric import {dir}/t.conf --scale-up-gbps 0 -o {dir}/f.json", status: 64,
      "Error: --scale-up-gbps must be more than 0.…"),
  ]
}
