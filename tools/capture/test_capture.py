#!/usr/bin/env python3
"""Tests of the capture kit on CPU and gloo: python3 tools/capture/test_capture.py

Needs torch; takes a minute or two, for each test starts processes that import it.
"""

import contextlib
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)


def job(rank, world, port, directory, scenario):
    """A job of a few tiny steps; `scenario` says what is special about it."""
    import torch
    import torch.distributed as dist
    import torch.distributed._functional_collectives as functional
    from torch.distributed import all_to_all_single  # Bound before the kit is in place.

    import refract_capture

    os.environ.update(
        MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), RANK=str(rank), WORLD_SIZE=str(world))
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=world)
    pairs = [dist.new_group([i, i + 1], group_desc="pair") for i in range(0, world, 2)]

    def exchange(step):
        # Rank i sends i + j + step rows of 3 floats to rank j.
        send = [rank + peer + step for peer in range(world)]
        out = torch.empty(sum(send), 3)
        all_to_all_single(out, torch.ones(sum(send), 3), send, send)
        if scenario == "lists":
            dist.all_to_all(
                [torch.empty(3), torch.empty(3)], [torch.ones(3), torch.ones(3)],
                group=pairs[rank // 2])
        else:
            dist.all_to_all_single(
                torch.empty(4, 2), torch.ones(4, 2), group=pairs[rank // 2])
        if scenario == "functional":
            functional.all_to_all_single(
                torch.ones(sum(send), 3), send, send, dist.group.WORLD).sum()
        dist.all_reduce(torch.ones(8))

    steps = {"apart": [1, 3], "error": [1, 2, 3]}.get(scenario, [2])
    ranks = [1, 2] if scenario == "some" else None
    with refract_capture.Capture(
            directory, steps, model={"hidden": 3}, layout={"ep": world}, ranks=ranks,
            wait_s=2) as capture:
        for step in range(5):
            if scenario == "error" and step == 2:
                raise RuntimeError("the step failed")
            if scenario == "unwritable" and step == 1 and rank == 1:
                refract_capture.compress = None
            exchange(step)
            if scenario == "early" and rank == 1 and step == 2:
                os._exit(0)
            capture.step()
            if scenario == "early" and step == 2:
                os._exit(0)
    dist.barrier()
    dist.destroy_process_group()


def start(world, directory, scenario):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, "--job", str(rank), str(world), str(port), directory,
             scenario], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for rank in range(world)
    ]
    outputs = [process.communicate(timeout=300)[0] for process in processes]
    return [process.returncode for process in processes], outputs


class CaptureTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = os.path.join(scratch.name, "capture")

    def run_job(self, scenario, world=4, fails=False):
        statuses, outputs = start(world, self.directory, scenario)
        if not fails:
            self.assertEqual(statuses, [0] * world, "\n".join(outputs))
        return outputs

    def check(self, directory=None):
        import check_capture
        check = check_capture.Check(directory or self.directory)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            check.run()
        return check.faults, said.getvalue()

    def manifest(self, directory=None):
        with open(os.path.join(directory or self.directory, "capture.json")) as file:
            return json.load(file)

    def names(self, directory=None):
        return sorted(os.listdir(directory or self.directory))

    def test_one_step(self):
        self.run_job("plain")
        faults, said = self.check()
        self.assertEqual(faults, [])
        # One of all ranks, one of each pair; 16 pairs of ranks, and 4 for each of two groups.
        self.assertIn("3 all-to-alls, 24 pairs", said)
        manifest = self.manifest()
        self.assertEqual(manifest["layout"], {"ep": 4})
        self.assertEqual([rank["rank"] for rank in manifest["ranks"]], [0, 1, 2, 3])
        self.assertEqual(
            [group["ranks"] for group in manifest["groups"]], [[0, 1, 2, 3], [0, 1], [2, 3]])
        self.assertTrue(all(len(rank["clocks"]) == 2 for rank in manifest["ranks"]))
        self.assertEqual(len(self.names()), 3 * 4 + 1)

    def test_lists_of_tensors(self):
        self.run_job("lists")
        self.assertEqual(self.check()[0], [])

    def test_an_all_to_all_past_the_log_is_found_missing(self):
        self.run_job("functional")
        faults, _ = self.check()
        self.assertEqual(len(faults), 4)
        self.assertIn("3 all-to-alls in Kineto and 2 with splits", faults[0])

    def test_lists_of_more_than_30(self):
        import check_capture
        plain = {"ph": "X", "name": "c10d::alltoall_base_", "args": {
            "Input type": ["float", "float", "", "ScalarList", "ScalarList", "Scalar"]}}
        self.assertEqual(check_capture.lost_lists(plain), 0)
        plain["args"]["Input type"][3:5] = ["", ""]
        self.assertEqual(check_capture.lost_lists(plain), 2)
        kernel = {"args": {"In split size": "[1, 2, ...]", "Out split size": "[1, 2]"}}
        self.assertEqual(check_capture.lost_lists(kernel), 1)

    def test_steps_apart(self):
        self.run_job("apart")
        self.assertEqual(self.names(), ["step-1", "step-3"])
        for step in (1, 3):
            directory = os.path.join(self.directory, f"step-{step}")
            self.assertEqual(self.check(directory)[0], [])
            self.assertEqual(self.manifest(directory)["steps"], [step])

    def test_some_ranks(self):
        self.run_job("some")
        self.assertEqual(self.check()[0], [])
        manifest = self.manifest()
        self.assertEqual((manifest["captured_ranks"], manifest["world_size"]), ([1, 2], 4))
        self.assertEqual(len(self.names()), 3 * 2 + 1)

    def test_an_error_in_a_step_leaves_nothing_half_done(self):
        outputs = self.run_job("error", fails=True)
        for output in outputs:
            self.assertIn("the job ended in step 2; not captured: 1, 2, 3", output)
            self.assertIn("RuntimeError: the step failed", output)
        self.assertEqual(self.names(), [])

    def test_a_rank_that_is_gone_is_named(self):
        outputs = self.run_job("early", fails=True)
        self.assertIn("nothing heard of ranks [1] for 2 s", outputs[0])
        self.assertEqual(self.manifest()["missing_ranks"], [1])
        self.assertIn("the manifest lacks ranks [1]", self.check()[0])

    def test_a_capture_that_fails_does_not_stop_the_job(self):
        outputs = self.run_job("unwritable")
        self.assertIn("rank 1: the capture failed and is off: TypeError", outputs[1])
        self.assertEqual(self.manifest()["missing_ranks"], [1])

    def test_misuse_is_said_at_once(self):
        import refract_capture
        for steps in ([], [0], [1.5], "2"):
            with self.assertRaises(ValueError):
                refract_capture.runs_of(steps)
        self.assertEqual(refract_capture.runs_of([4, 2, 3, 7]), [[2, 3, 4], [7]])
        with self.assertRaises(ValueError):
            refract_capture.Capture(self.directory, 3, ranks=[1])
        os.environ["WORLD_SIZE"] = "2"
        self.addCleanup(os.environ.pop, "WORLD_SIZE")
        with self.assertRaisesRegex(RuntimeError, "after torch.distributed.init_process_group"):
            refract_capture.Capture(self.directory, 3)

    def test_a_job_of_one_process(self):
        import torch

        import refract_capture
        capture = refract_capture.Capture(self.directory, 1)
        for _ in range(4):
            torch.ones(8).sum()
            capture.step()
        self.assertEqual(self.check()[0], [])
        self.assertEqual(self.manifest()["world_size"], 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--job"]:
        rank, world, port = (int(word) for word in sys.argv[2:5])
        job(rank, world, port, *sys.argv[5:7])
    else:
        unittest.main()
