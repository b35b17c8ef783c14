"""Captures training steps of a PyTorch job for refract, rank by rank.

Two lines in the job:

    capture = refract_capture.Capture("capture", steps=[20])   # after init_process_group
    ...
    capture.step()                                             # at the end of every training step

Each rank writes, for the chosen steps, its Kineto trace, its execution trace, and every all-to-all
with its exact splits, for Kineto cuts lists after 30 entries. The lowest captured rank adds a
manifest: groups with names and ranks, what the caller says of the model and its layout, and host
and clock of each rank. Files are zstd-compressed where the package `zstandard` or the command
`zstd` is there, else gzip-compressed; refract reads both.

No collective is issued, and once the capture has begun nothing that goes wrong in it is raised into
the job: it is said on standard error, and the job goes on without a capture.

Needs torch; nothing of it is needed to replay.
"""

import atexit
import gzip
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import time

import torch
import torch.distributed as dist
from torch.profiler import (
    ExecutionTraceObserver, ProfilerAction, ProfilerActivity, profile)

__all__ = ["Capture"]

SCHEMA = "refract.capture/1"


class Capture:
    """Captures chosen steps; call `step()` at the end of each training step.

    directory: where files go; made where it is missing. Shared by all ranks, or one a host.
    steps:     numbers of the steps to capture, or one number; the first call of `step()` ends
               step 0. The profiler needs the step before each of them to warm up, so step 0 can't
               be captured. Steps that follow one another are one capture. Where there are several
               captures, each has a folder of its own in `directory`: step-20, step-500.
    model:     what the report should say of the model: a dictionary of numbers and words.
    layout:    parallel sizes, as {"tp": 1, "pp": 1, "ep": 4, "dp": 2}.
    ranks:     the ranks to capture; all where it is None. On others `step()` does nothing.
    wait_s:    how long the rank that writes the manifest waits for what the others say of
               themselves; those that say nothing are named in it.

    May be used as a context manager, which ends the capture when the block is left by an error.
    """

    def __init__(self, directory, steps, model=None, layout=None, ranks=None, wait_s=60):
        self._rank, self._world = rank_and_world()
        self._directory = directory
        self._runs = runs_of(steps)
        self._ranks = sorted(range(self._world) if ranks is None else set(ranks))
        if not self._ranks or not set(self._ranks) <= set(range(self._world)):
            raise ValueError(f"ranks must be some of 0 to {self._world - 1}, not {self._ranks}")
        self._said = {"model": model or {}, "layout": layout or {}}
        json.dumps(self._said)  # What can't be written is the caller's to know now.
        self._wait_s = wait_s
        self._current = 0
        self._run = None
        if self._rank not in self._ranks:
            self._runs = []
        else:
            os.makedirs(directory, exist_ok=True)
        self._separate = len(self._runs) > 1
        atexit.register(self.close)
        self._guarded(self._advance)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def step(self):
        """Ends a training step. Writes files when it was the last of a capture."""
        self._current += 1
        if self._run or self._runs:
            self._guarded(self._advance)

    def close(self):
        """Ends the capture: what is complete stays, what is not is dropped."""
        atexit.unregister(self.close)
        run, self._run = self._run, None
        lost = ([run.steps] if run else []) + self._runs
        self._runs = []
        if run:
            run.abandon()
        if lost:
            self._say(f"the job ended in step {self._current}; not captured: "
                      + ", ".join(str(step) for steps in lost for step in steps))

    def _advance(self):
        """Does what is due between two steps; the next one is `self._current`."""
        if self._run:
            self._run.step(self._current)
            if self._current > self._run.steps[-1]:
                run, self._run = self._run, None
                run.finish()
                self._publish(run)
        if self._runs and self._current == self._runs[0][0] - 1:
            steps = self._runs.pop(0)
            folder = f"step-{steps[0]}" if self._separate else ""
            self._run = Run(os.path.join(self._directory, folder), self._rank, steps)
            self._run.start()

    def _guarded(self, action):
        try:
            action()
        except Exception as error:  # The job matters more than its capture.
            self._say(f"the capture failed and is off: {type(error).__name__}: {error}")
            run, self._run, self._runs = self._run, None, []
            if run:
                run.abandon()

    def _say(self, text):
        print(f"refract_capture: rank {self._rank}: {text}", file=sys.stderr, flush=True)

    # The manifest goes by way of the job's store: no collective, so no rank that is gone or late
    # can hang the others.

    def _publish(self, run):
        own = {
            "rank": self._rank,
            "host": socket.gethostname(),
            "process": os.getpid(),
            "device": torch.cuda.get_device_name() if torch.cuda.is_available() else cpu_name(),
            "clocks": run.clocks,
            "files": sorted(os.path.basename(name) for name in run.files),
            "groups": known_groups(),
        }
        writer = self._ranks[0]
        key = f"refract_capture/{run.steps[0]}"
        store = dist.distributed_c10d._get_default_store() if dist.is_initialized() else None
        if self._rank != writer:
            store.set(f"{key}/{self._rank}", json.dumps(own))
            return
        entries = {self._rank: own}
        deadline = time.monotonic() + self._wait_s
        for rank in self._ranks:
            name = f"{key}/{rank}"
            while rank not in entries:
                if store.check([name]):
                    entries[rank] = json.loads(store.get(name))
                elif time.monotonic() < deadline:
                    time.sleep(0.02)
                else:
                    break
        missing = [rank for rank in self._ranks if rank not in entries]
        if missing:
            self._say(f"nothing heard of ranks {missing} for {self._wait_s} s")
        self._write_manifest(run, entries, missing)

    def _write_manifest(self, run, entries, missing):
        groups = {}
        for rank in sorted(entries):
            for group in entries[rank].pop("groups"):
                groups[group["name"]] = group
        manifest = {
            "schema": SCHEMA,
            "world_size": self._world,
            "captured_ranks": self._ranks,
            "missing_ranks": missing,
            "backend": dist.get_backend() if dist.is_initialized() else None,
            "steps": run.steps,
            "versions": versions(),
            **self._said,
            "groups": [groups[name] for name in sorted(groups, key=natural)],
            "ranks": [entries[rank] for rank in sorted(entries)],
        }
        path = os.path.join(run.directory, "capture.json")
        with open(path + ".part", "w") as file:
            json.dump(manifest, file, indent=2)
            file.write("\n")
        os.replace(path + ".part", path)


class Run:
    """Steps that follow one another, with the one before them to warm up, on one rank."""

    def __init__(self, directory, rank, steps):
        self.directory = directory
        self.steps = steps
        self.clocks = []
        self.files = []
        self._rank = rank
        self._splits = SplitLog(rank)
        self._trace = self._path("kineto", ".json.part")
        self._execution_trace = self._path("et", ".json.part")
        self._observer = None
        self._profiler = None
        self._is_written = False

    def start(self):
        """Begins the step before the first."""
        os.makedirs(self.directory, exist_ok=True)
        self._observer = ExecutionTraceObserver().register_callback(self._execution_trace)
        activities = [ProfilerActivity.CPU]
        if torch.cuda.is_available():
            activities.append(ProfilerActivity.CUDA)
        before, last = self.steps[0] - 1, self.steps[-1]
        offset = before

        def action(step):
            step += offset
            if step == before:
                return ProfilerAction.WARMUP
            if step == last:
                return ProfilerAction.RECORD_AND_SAVE
            return ProfilerAction.RECORD if before < step < last else ProfilerAction.NONE

        self._profiler = profile(
            activities=activities, schedule=action, on_trace_ready=self._export,
            record_shapes=True, with_stack=False, profile_memory=False, with_flops=False,
            execution_trace_observer=self._observer)
        # Made at its step 0; from here on it counts as the job does, so that the marks of its
        # steps have the job's numbers.
        offset = 0
        self._profiler.step_num = before
        self._profiler.start()

    def step(self, next_step):
        """Ends a step."""
        if self._splits.is_on:
            self._note_clock(next_step)
        if next_step > self.steps[-1]:
            self._splits.stop()
        self._profiler.step()
        if next_step in self.steps:
            self._splits.start(next_step)
            if next_step == self.steps[0]:
                self._note_clock(next_step)

    def finish(self):
        """Writes what the rank has."""
        self._profiler.stop()
        self._observer.unregister_callback()  # Only now is its file whole.
        if not self._is_written:
            raise RuntimeError("the profiler gave no trace")
        self._keep(self._trace)
        if os.path.exists(self._execution_trace):
            self._keep(self._execution_trace)
        path = self._path("splits", ".jsonl.part")
        with open(path, "w") as file:
            for record in self._splits.records:
                file.write(json.dumps(record, separators=(",", ":")) + "\n")
        self._keep(path)

    def abandon(self):
        """Leaves nothing behind."""
        self._splits.stop()
        self._trace = None
        for end in [self._profiler and self._profiler.stop,
                    self._observer and self._observer.unregister_callback]:
            try:
                if end:
                    end()
            except Exception:
                pass  # It is the capture that ends here, for whatever reason.
        for kind, suffix in [("kineto", ".json"), ("et", ".json"), ("splits", ".jsonl")]:
            path = self._path(kind, suffix + ".part")
            if os.path.exists(path):
                os.remove(path)

    def _export(self, profiler):
        if self._trace:
            profiler.export_chrome_trace(self._trace)
            self._is_written = True

    def _note_clock(self, step):
        self.clocks.append({
            "before_step": step, "wall_ns": time.time_ns(), "monotonic_ns": time.monotonic_ns()})

    def _keep(self, part):
        self.files.append(compress(part, part.removesuffix(".part")))

    def _path(self, kind, suffix):
        return os.path.join(self.directory, f"{kind}_rank{self._rank}{suffix}")


class SplitLog:
    """Notes group and splits of every all-to-all while it is on.

    It stands in the methods of ProcessGroup, below all of torch.distributed's Python functions, so
    that it does not matter how the job imported those.
    """

    METHODS = ("alltoall_base", "all_to_all_single", "alltoall")

    def __init__(self, rank):
        self.records = []
        self._rank = rank
        self._step = None
        self._originals = {}
        self._calls = {}

    @property
    def is_on(self):
        return bool(self._originals)

    def start(self, step):
        self._step = step
        if self.is_on:
            return
        for name in self.METHODS:
            # What stands in the class, to be put back: getattr would give it without its binding.
            original = vars(dist.ProcessGroup).get(name)
            if original is not None:
                logged = self._logged(name, getattr(dist.ProcessGroup, name))
                self._originals[name] = original
                setattr(dist.ProcessGroup, name, logged)

    def stop(self):
        for name, original in self._originals.items():
            setattr(dist.ProcessGroup, name, original)
        self._originals = {}

    def _logged(self, name, original):
        def method(group, output, input, *rest, **named):
            if name == "alltoall":
                sent, received = ([tensor.numel() * tensor.element_size() for tensor in tensors]
                                  for tensors in (input, output))
            else:
                sizes = [splits for splits in rest if isinstance(splits, (list, tuple))]
                to_here, from_here = (sizes + [[], []])[:2]
                sent = split_bytes(input, from_here, group.size())
                received = split_bytes(output, to_here, group.size())
            self._note(group, sent, received)
            return original(group, output, input, *rest, **named)
        return method

    def _note(self, group, sent, received):
        name = group.group_name
        call = self._calls.get(name, 0)
        self._calls[name] = call + 1
        self.records.append({
            "step": self._step, "rank": self._rank, "group": name, "call": call,
            "send_splits_bytes": sent, "receive_splits_bytes": received})


def split_bytes(tensor, splits, size):
    """Bytes to or from each member; `splits` counts rows of dimension 0, and is empty if even."""
    rows = tensor.shape[0] if tensor.dim() else 1
    row = tensor.numel() // rows * tensor.element_size() if rows else 0
    return [int(n) * row for n in (splits or [rows // size] * size)]


def runs_of(steps):
    """Steps in order, cut where they don't follow one another."""
    steps = sorted({steps} if isinstance(steps, int) else set(steps))
    if not steps or not all(isinstance(step, int) for step in steps):
        raise ValueError("steps must be whole numbers, at least one")
    if steps[0] < 1:
        raise ValueError("the profiler needs a step to warm up: the first to capture is step 1")
    runs = []
    for step in steps:
        if runs and step == runs[-1][-1] + 1:
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs


def rank_and_world():
    """This rank and their number; a job of one process needs no process group."""
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise RuntimeError("make the Capture after torch.distributed.init_process_group")
    return 0, 1


def known_groups():
    """The groups that this rank is in, with the ranks of each, in group order."""
    if not dist.is_initialized():
        return []
    groups = dist.distributed_c10d._world.pg_map
    return [
        {"name": group.group_name, "purpose": group.group_desc,
         "ranks": dist.get_process_group_ranks(group)}
        for group in groups if isinstance(group, dist.ProcessGroup)
    ]


def versions():
    known = {
        "torch": torch.__version__, "python": platform.python_version(),
        "cuda": torch.version.cuda, "hip": torch.version.hip,
    }
    if torch.cuda.is_available() and dist.is_nccl_available():
        known["nccl"] = ".".join(str(part) for part in torch.cuda.nccl.version())
    return {name: value for name, value in known.items() if value}


def natural(name):
    """Orders group names by number where they are numbers."""
    return (0, int(name), "") if name.isdigit() else (1, 0, name)


def cpu_name():
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def compress(source, target):
    """Compresses `source` to `target` with a suffix, and removes it; gives the path."""
    try:
        import zstandard
    except ImportError:
        zstandard = None
    suffix = ".zst" if zstandard or shutil.which("zstd") else ".gz"
    part = target + suffix + ".part"
    # Level 3: this happens in the job's time, and the files are small enough.
    if zstandard:
        with open(source, "rb") as plain, open(part, "wb") as packed:
            zstandard.ZstdCompressor(level=3, write_checksum=True).copy_stream(plain, packed)
    elif suffix == ".zst":
        subprocess.run(["zstd", "-q", "-3", "-f", source, "-o", part], check=True)
    else:
        with open(source, "rb") as plain, gzip.open(part, "wb", compresslevel=3) as packed:
            shutil.copyfileobj(plain, packed)
    os.replace(part, target + suffix)
    os.remove(source)
    return target + suffix
