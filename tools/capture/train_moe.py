#!/usr/bin/env python3
"""Trains a small mixture-of-experts model for a few steps, and captures some of them.

    torchrun --nproc-per-node 8 train_moe.py --out capture            # CPU, gloo
    torchrun --nproc-per-node 8 train_moe.py --out capture --cuda     # GPUs, NCCL

Expert groups are smaller than the world: 8 ranks make 2 expert-parallel groups of 4. Tokens go to
their experts by all-to-all with true splits, forward and backward; gradients of dense parameters
are summed over all ranks, those of experts over the ranks that hold the same experts.
"""

import argparse
import os
import time

import torch
import torch.distributed as dist
import torch.nn as nn
import torch.nn.functional as F

import refract_capture


class AllToAll(torch.autograd.Function):
    """All-to-all of rows with given splits; the gradient travels back by the reverse."""

    @staticmethod
    def forward(ctx, rows, send, receive, group):
        ctx.splits = (send, receive, group)
        out = rows.new_empty((sum(receive), rows.shape[1]))
        dist.all_to_all_single(out, rows.contiguous(), receive, send, group=group)
        return out

    @staticmethod
    def backward(ctx, gradient):
        send, receive, group = ctx.splits
        out = gradient.new_empty((sum(send), gradient.shape[1]))
        dist.all_to_all_single(out, gradient.contiguous(), send, receive, group=group)
        return out, None, None, None


class MoELayer(nn.Module):
    """Top-k routing over experts that are spread over a group of ranks."""

    def __init__(self, hidden, ffn, experts, top_k, group):
        super().__init__()
        self.group = group
        self.size = dist.get_world_size(group)
        self.local = experts // self.size
        self.top_k = top_k
        self.router = nn.Linear(hidden, experts, bias=False)
        self.experts = nn.ModuleList(
            nn.Sequential(nn.Linear(hidden, ffn), nn.SiLU(), nn.Linear(ffn, hidden))
            for _ in range(self.local))

    def forward(self, x):
        weights, chosen = torch.topk(F.softmax(self.router(x), dim=-1), self.top_k, dim=-1)
        flat = chosen.reshape(-1)
        order = torch.argsort(flat, stable=True)
        counts = torch.bincount(flat, minlength=self.local * self.size).reshape(self.size, -1)
        expected = torch.empty_like(counts)
        dist.all_to_all_single(expected, counts, group=self.group)
        send, receive = counts.sum(1).tolist(), expected.sum(1).tolist()

        rows = x.repeat_interleave(self.top_k, dim=0)[order]
        arrived = AllToAll.apply(rows, send, receive, self.group)
        # Rows come sender by sender, within each expert by expert.
        owner = torch.arange(self.local, device=x.device).repeat(self.size)
        owner = owner.repeat_interleave(expected.reshape(-1))
        result = torch.empty_like(arrived)
        for index, expert in enumerate(self.experts):
            mine = (owner == index).nonzero(as_tuple=True)[0]
            result = result.index_copy(0, mine, expert(arrived[mine]))
        returned = AllToAll.apply(result, receive, send, self.group)
        scaled = returned * weights.reshape(-1)[order].unsqueeze(1)
        return x.index_add(0, order // self.top_k, scaled)


class Block(nn.Module):
    def __init__(self, hidden, ffn, experts, top_k, group):
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.attention = nn.MultiheadAttention(hidden, 4, batch_first=True)
        self.moe = MoELayer(hidden, ffn, experts, top_k, group)

    def forward(self, x):
        normed = self.norm(x)
        x = x + self.attention(normed, normed, normed, need_weights=False)[0]
        batch, length, hidden = x.shape
        return self.moe(x.reshape(-1, hidden)).reshape(batch, length, hidden)


def average(parameters, group):
    size = dist.get_world_size(group)
    for parameter in parameters:
        if parameter.grad is not None:
            dist.all_reduce(parameter.grad, group=group)
            parameter.grad /= size


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default="capture")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--capture", type=int, nargs="+", default=[2, 3, 4])
    parser.add_argument("--ranks", type=int, nargs="+", help="capture these; all if left out")
    parser.add_argument("--expert-parallel", type=int, default=4)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--ffn", type=int, default=512)
    parser.add_argument("--experts", type=int, default=8)
    parser.add_argument("--top-k", type=int, default=2)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--cuda", action="store_true")
    options = parser.parse_args()

    torch.set_num_threads(1)
    dist.init_process_group("nccl" if options.cuda else "gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    device = torch.device("cpu")
    if options.cuda:
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)

    ep = options.expert_parallel
    if world % ep or options.experts % ep:
        parser.error(f"--expert-parallel {ep} must divide {world} ranks and --experts")
    expert_group = expert_data_group = None
    for start in range(0, world, ep):
        group = dist.new_group(range(start, start + ep), group_desc="ep")
        expert_group = group if start <= rank < start + ep else expert_group
    for place in range(ep):
        group = dist.new_group(range(place, world, ep), group_desc="edp")
        expert_data_group = group if rank % ep == place else expert_data_group

    torch.manual_seed(7)
    blocks = nn.Sequential(*[
        Block(options.hidden, options.ffn, options.experts, options.top_k, expert_group)
        for _ in range(options.layers)]).to(device)
    experts = {id(p) for b in blocks for p in b.moe.experts.parameters()}
    dense = [p for p in blocks.parameters() if id(p) not in experts]
    sparse = [p for p in blocks.parameters() if id(p) in experts]
    optimizer = torch.optim.SGD(blocks.parameters(), lr=1e-3)
    capture = refract_capture.Capture(
        options.out, options.capture, ranks=options.ranks,
        model={k: v for k, v in vars(options).items() if k not in ("out", "steps", "capture", "ranks")},
        layout={"tp": 1, "pp": 1, "ep": ep, "dp": world})

    generator = torch.Generator().manual_seed(1000 + rank)
    for step in range(options.steps):
        start = time.monotonic()
        x = torch.randn(
            options.batch, options.length, options.hidden, generator=generator).to(device)
        loss = (blocks(x) - x.roll(1, dims=1)).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        average(dense, dist.group.WORLD)
        average(sparse, expert_data_group)
        optimizer.step()
        loss = loss.item()  # Waits for the GPU.
        if rank == 0:
            note = ", captured" if step in options.capture else ""
            print(f"step {step}: {(time.monotonic() - start) * 1e3:.0f} ms, loss {loss:.4f}{note}")
        done = time.monotonic()
        capture.step()
        if rank == 0 and time.monotonic() - done > 0.1:
            print(f"  {(time.monotonic() - done) * 1e3:.0f} ms to start or write a capture")
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
