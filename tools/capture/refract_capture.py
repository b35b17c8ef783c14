"""Captures training steps of a PyTorch job for refract, rank by rank.

Two lines in the job:

    capture = refract_capture.Capture("capture", steps=[20])   # after init_process_group
    ...
    capture.step()                                             # at the end of every training step

Each rank writes, for the chosen steps, its Kineto trace and its execution trace; every all-to-all
with its exact splits goes into a file of its own, for Kineto cuts lists after 30 entries. Rank 0
adds a manifest: groups with names and ranks, what the caller says of the model and its layout, and
host and clock of each rank. All files are zstd-compressed where the package `zstandard` or the
command `zstd` is there, else gzip-compressed; refract reads both.

Needs torch and torch.distributed; nothing of it is needed to replay.
"""

import gzip
import json
import os
import platform
import shutil
import socket
import subprocess
import time

import torch
import torch.distributed as dist
from torch.profiler import ExecutionTraceObserver, ProfilerActivity, profile, schedule

__all__ = ["Capture"]


class Capture:
    """Profiles chosen steps; call `step()` at the end of each training step.

    directory: where files go; made where it is missing. Shared by all ranks, or one a host.
    steps:     numbers of the steps to capture, the first call of `step()` ending step 0. They must
               follow one another, and the first must leave a step before it for warming up.
    model:     what the report should say of the model: a dictionary of numbers and words.
    layout:    parallel sizes, as {"tp": 1, "pp": 1, "ep": 4, "dp": 2}.
    """

    def __init__(self, directory, steps, model=None, layout=None):
        steps = sorted(steps)
        if not steps or steps != list(range(steps[0], steps[-1] + 1)):
            raise ValueError("steps must follow one another")
        if steps[0] < 1:
            raise ValueError("the first step captured needs one before it to warm up")
        self._directory = directory
        self._rank = dist.get_rank()
        self._model = model or {}
        self._layout = layout or {}
        self._steps = steps
        self._current = 0
        self._splits = SplitLog(self._rank)
        os.makedirs(directory, exist_ok=True)
        self._execution_trace = self._path("et", ".json")
        observer = ExecutionTraceObserver().register_callback(self._execution_trace)
        activities = [ProfilerActivity.CPU]
        if torch.cuda.is_available():
            activities.append(ProfilerActivity.CUDA)
        self._clocks = []
        self._profiler = profile(
            activities=activities,
            schedule=schedule(
                wait=steps[0] - 1, warmup=1, active=len(steps), repeat=1),
            on_trace_ready=self._write,
            record_shapes=True,
            execution_trace_observer=observer,
        )
        self._profiler.start()
        self._note_clock()
        self._arm()

    def step(self):
        """Ends a training step."""
        self._profiler.step()
        self._current += 1
        self._note_clock()
        self._arm()
        if self._current == self._steps[-1] + 1:
            self._finish()

    def _arm(self):
        if self._current in self._steps:
            self._splits.start(self._current)
        else:
            self._splits.stop()

    def _note_clock(self):
        self._clocks.append(
            {"step": self._current, "wall_ns": time.time_ns(), "monotonic_ns": time.monotonic_ns()})

    def _path(self, kind, suffix):
        return os.path.join(self._directory, f"{kind}_rank{self._rank}{suffix}")

    def _write(self, profiler):
        path = self._path("kineto", ".json")
        profiler.export_chrome_trace(path)
        compress(path)

    def _finish(self):
        self._profiler.stop()
        self._splits.stop()
        if os.path.exists(self._execution_trace):
            compress(self._execution_trace)
        path = self._path("splits", ".jsonl")
        with open(path, "w") as file:
            for record in self._splits.records:
                file.write(json.dumps(record, separators=(",", ":")) + "\n")
        compress(path)
        self._write_manifest()

    def _write_manifest(self):
        own = {
            "rank": self._rank,
            "host": socket.gethostname(),
            "device": torch.cuda.get_device_name() if torch.cuda.is_available() else cpu_name(),
            "clocks": self._clocks,
            "groups": known_groups(),
        }
        entries = [None] * dist.get_world_size() if self._rank == 0 else None
        dist.gather_object(own, entries, dst=0)
        if self._rank != 0:
            return
        groups = {}
        for entry in entries:
            for group in entry.pop("groups"):
                groups[group["name"]] = group
        manifest = {
            "schema": "refract.capture/1",
            "world_size": dist.get_world_size(),
            "backend": dist.get_backend(),
            "steps": self._steps,
            "versions": {"torch": torch.__version__, "python": platform.python_version()},
            "model": self._model,
            "layout": self._layout,
            "groups": [groups[name] for name in sorted(groups)],
            "ranks": entries,
        }
        with open(os.path.join(self._directory, "capture.json"), "w") as file:
            json.dump(manifest, file, indent=2)
            file.write("\n")


class SplitLog:
    """Notes group and splits of every all-to-all while it is started."""

    def __init__(self, rank):
        self.records = []
        self._rank = rank
        self._step = None
        self._original = None

    def start(self, step):
        self._step = step
        if self._original is not None:
            return
        self._original = dist.all_to_all_single

        def logged(output, input, output_split_sizes=None, input_split_sizes=None, group=None,
                   async_op=False):
            self._note(output, input, output_split_sizes, input_split_sizes, group)
            return self._original(
                output, input, output_split_sizes, input_split_sizes, group, async_op)

        dist.all_to_all_single = logged

    def stop(self):
        if self._original is not None:
            dist.all_to_all_single = self._original
            self._original = None

    def _note(self, output, input, output_splits, input_splits, group):
        size = dist.get_world_size(group)

        def row_bytes(tensor):
            rows = tensor.shape[0] if tensor.dim() else 1
            return tensor.numel() // rows * tensor.element_size() if rows else 0

        def splits(tensor, sizes):
            rows = tensor.shape[0] if tensor.dim() else 1
            return [int(n) for n in sizes] if sizes else [rows // size] * size

        sent, received = splits(input, input_splits), splits(output, output_splits)
        self.records.append({
            "step": self._step,
            "rank": self._rank,
            "group": group_name(group),
            "send_splits_bytes": [n * row_bytes(input) for n in sent],
            "receive_splits_bytes": [n * row_bytes(output) for n in received],
        })


def group_name(group):
    """The name of a group within the job: what Kineto calls it, too."""
    return (group or dist.group.WORLD).group_name


def known_groups():
    """The groups that this rank is in, with the ranks of each, in group order."""
    groups = dist.distributed_c10d._world.pg_map
    return [
        {"name": group.group_name, "purpose": group.group_desc,
         "ranks": dist.get_process_group_ranks(group)}
        for group in groups if isinstance(group, dist.ProcessGroup)
    ]


def cpu_name():
    return platform.processor() or platform.machine()


def compress(path):
    """Replaces a file by its compressed form."""
    try:
        import zstandard
        with open(path, "rb") as source, open(path + ".zst", "wb") as target:
            zstandard.ZstdCompressor(level=12, write_checksum=True).copy_stream(source, target)
        os.remove(path)
        return
    except ImportError:
        pass
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-q", "-12", "--rm", "-f", path], check=True)
        return
    with open(path, "rb") as source, gzip.open(path + ".gz", "wb") as target:
        shutil.copyfileobj(source, target)
    os.remove(path)
