#!/usr/bin/env python3
"""Checks what refract_capture.py wrote: all files there and whole, and every all-to-all the same
seen from both ends.

    tools/capture/check_capture.py capture            # or capture/step-20, where there are several

Ends with 0 where all is well, 1 where something is not, 66 where there is no capture. Needs Python
and, for .zst files, the package `zstandard` or the command `zstd`.
"""

import collections
import glob
import gzip
import json
import os
import re
import subprocess
import sys


def text(path):
    """The text of a file, decompressed by the end of its name."""
    if path.endswith(".gz"):
        with gzip.open(path, "rt") as file:
            return file.read()
    if not path.endswith(".zst"):
        with open(path) as file:
            return file.read()
    try:
        import zstandard
        with open(path, "rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
            return stream.read().decode()
    except ImportError:
        return subprocess.run(["zstd", "-qdc", path], check=True, capture_output=True).stdout.decode()


ALL_TO_ALLS = ("c10d::alltoall_base_", "c10d::alltoall_")


def lost_lists(event):
    """How many lists of an event Kineto cut, or left out."""
    arguments = event.get("args") or {}
    # On NCCL's kernels and their CPU records a list of more than 30 ends so.
    lost = sum(
        isinstance(value, str) and value.rstrip("]").endswith("...") for value in arguments.values())
    if event.get("ph") == "X" and event.get("name") == "c10d::alltoall_base_":
        # Of other CPU operations the list is left out, and with it its type; an empty one is there.
        lost += sum(kind == "" for kind in arguments.get("Input type", [])[3:5])
    return lost


class Check:
    """Checks of one directory, and what they found."""

    def __init__(self, directory):
        self.directory = directory
        self.faults = []
        self.notes = []

    def fault(self, words):
        self.faults.append(words)

    def read(self, kind, rank, suffix):
        """The text of a rank's file; None and a fault where there is none or it is broken."""
        found = sorted(glob.glob(
            os.path.join(glob.escape(self.directory), f"{kind}_rank{rank}{suffix}*")))
        whole = [path for path in found if not path.endswith(".part")]
        if not whole:
            self.fault(f"rank {rank} has no {kind}_rank{rank}{suffix}")
            return None
        try:
            return text(whole[0])
        except Exception as error:
            self.fault(f"{whole[0]} can't be read: {error}")
            return None

    def json(self, kind, rank):
        content = self.read(kind, rank, ".json")
        try:
            return content and json.loads(content)
        except ValueError as error:
            self.fault(f"{kind}_rank{rank}: not whole: {error}")
            return None

    def run(self):
        with open(os.path.join(self.directory, "capture.json")) as file:
            manifest = json.load(file)
        captured = manifest["captured_ranks"]
        if manifest["missing_ranks"]:
            self.fault(f"the manifest lacks ranks {manifest['missing_ranks']}")
        records = collections.defaultdict(dict)
        lost = 0
        for rank in captured:
            splits = self.read("splits", rank, ".jsonl")
            own = [json.loads(line) for line in (splits or "").splitlines()]
            for record in own:
                place = (record["step"], record["group"], record["call"])
                if rank in records[place]:
                    self.fault(f"rank {rank} noted {place} twice")
                records[place][rank] = record
            lost += self.kineto(rank, manifest["steps"], len(own))
            self.json("et", rank)
        pairs = self.splits(records, {g["name"]: g["ranks"] for g in manifest["groups"]}, captured)
        print(f"{self.directory}: steps {manifest['steps']}, {len(captured)} of "
              f"{manifest['world_size']} ranks, {len(manifest['groups'])} groups; "
              f"{len(records)} all-to-alls, {pairs} pairs of splits compared; "
              f"{lost} lists of more than 30 that Kineto does not hold whole")

    def kineto(self, rank, steps, logged):
        """Counts lists that Kineto lost; holds its all-to-alls and steps against the rest."""
        trace = self.json("kineto", rank)
        if not trace:
            return 0
        events = trace["traceEvents"]
        marks = {
            int(event["name"].split("#")[1]) for event in events
            if event.get("cat") == "user_annotation"
            and re.fullmatch(r"ProfilerStep#\d+", event.get("name", ""))}
        if marks != set(steps):
            self.fault(f"kineto_rank{rank}: marks steps {sorted(marks)}, not {steps}")
        calls = sum(
            event.get("ph") == "X" and event.get("name") in ALL_TO_ALLS for event in events)
        if calls != logged:
            self.fault(
                f"rank {rank}: {calls} all-to-alls in Kineto and {logged} with splits: what does "
                "not go through torch.distributed's Python functions has none")
        return sum(lost_lists(event) for event in events)

    def splits(self, records, groups, captured):
        """Compares what i sends to j with what j gets from i, in every all-to-all."""
        pairs = 0
        for place in sorted(records):
            members = groups.get(place[1])
            if members is None:
                self.fault(f"group {place[1]} of an all-to-all is not in the manifest")
                continue
            known = records[place]
            for rank in sorted(set(members) & set(captured) - set(known)):
                self.fault(f"rank {rank} did not note all-to-all {place}")
            for i, sender in enumerate(members):
                for j, receiver in enumerate(members):
                    if sender in known and receiver in known:
                        sent = known[sender]["send_splits_bytes"][j]
                        received = known[receiver]["receive_splits_bytes"][i]
                        pairs += 1
                        if sent != received:
                            self.fault(f"{place}: rank {sender} sends {sent} bytes to rank "
                                       f"{receiver}, which gets {received}")
        return pairs


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip(), file=sys.stderr)
        sys.exit(64)
    directory = sys.argv[1]
    if not os.path.exists(os.path.join(directory, "capture.json")):
        steps = sorted(glob.glob(os.path.join(glob.escape(directory), "step-*")))
        hint = f"; name one of {', '.join(steps)}" if steps else ""
        print(f"check_capture: {directory}: there is no capture.json{hint}", file=sys.stderr)
        sys.exit(66)
    check = Check(directory)
    check.run()
    for fault in check.faults[:20]:
        print("check_capture: " + fault, file=sys.stderr)
    if len(check.faults) > 20:
        print(f"check_capture: and {len(check.faults) - 20} more", file=sys.stderr)
    sys.exit(1 if check.faults else 0)


if __name__ == "__main__":
    main()
