"""
Trains the small CenterPoint on simulated scenes; README.md says how.

    train.py SCENES OUT.pth --minutes 40
"""

import argparse
import copy
import os
import tempfile
import time

import numpy as np
import torch
import torch.distributed
import torch.multiprocessing

from losses import loss, targets
from network import GRID, LEAST, VOXEL, CenterPoint, exported
from scenes import Scenes
from sparse import Books, voxelize

MOST_RATE = 3e-3
WARM_UP = 0.1
REUSED = 3
KEPT = 0.995  # of the running mean of the weights per step


def moved(points, boxes, random):
    """The frame turned, mirrored and scaled at random."""
    turn = random.uniform(-np.pi, np.pi)
    scale = random.uniform(0.95, 1.05)
    mirror = random.random() < 0.5
    c, s = np.cos(turn), np.sin(turn)
    m = scale * np.array([[c, -s], [s, c]]) @ np.diag([1, -1 if mirror else 1])
    points, boxes = points.copy(), boxes.copy()
    points[:, :2] = points[:, :2] @ m.T.astype(np.float32)
    points[:, 2] *= scale
    boxes[:, :2] = boxes[:, :2] @ m.T
    boxes[:, 7:9] = boxes[:, 7:9] @ m.T
    boxes[:, 2:6] *= scale
    boxes[:, 6] = (-boxes[:, 6] if mirror else boxes[:, 6]) + turn
    return points, boxes


def inputs(points):
    shape = (GRID[0] - 1, GRID[1], GRID[2])
    cells, features = voxelize(torch.from_numpy(points), torch.tensor(LEAST), torch.tensor(VOXEL), shape)
    return features, Books(cells, list(GRID))


def prepared(i, scenes, pool, random):
    """Frame i, moved at random anew after REUSED uses: finding its pairs costs as much as a forward pass."""
    uses, frame = pool.get(i, (REUSED, None))
    if uses == REUSED:
        points, boxes = moved(*scenes.frame(i), random)
        uses, frame = 0, (*inputs(points), targets(boxes))
    pool[i] = (uses + 1, frame)
    return frame


def begin(network, scenes, frames=20):
    """Biases of the boxes' branches from what boxes are like on average, so that training need not find that out."""
    wanted = [targets(scenes.frame(i)[1]) for i in range(frames)]
    for h, head in enumerate(network.dense_head.heads_list):
        seen = torch.cat([w[h][3] for w in wanted])
        if len(seen):
            with torch.no_grad():
                head["center"][1].bias.copy_(seen[:, :2].mean(0))
                head["center_z"][1].bias.copy_(seen[:, 2:3].mean(0))
                head["dim"][1].bias.copy_(seen[:, 3:6].mean(0))


def rate(done):
    """Of the share of the time that is over: up in a straight line, then down with a cosine."""
    if done < WARM_UP:
        return MOST_RATE * (0.1 + 0.9 * done / WARM_UP)
    return MOST_RATE * (0.001 + 0.999 * 0.5 * (1 + np.cos(np.pi * min(1.0, (done - WARM_UP) / (1 - WARM_UP)))))


def average(mean, network, step):
    kept = min(KEPT, step / (step + 9))
    with torch.no_grad():
        for m, p in zip(mean.state_dict().values(), network.state_dict().values()):
            if m.dtype.is_floating_point:
                m.lerp_(p, 1 - kept)
            else:
                m.copy_(p)


def save(network, step, path):
    torch.save({"model_state": exported(network.state_dict()), "it": step}, path)


def together(network, workers):
    """Gradients become their means over the workers."""
    if workers == 1:
        return
    # A head whose classes the frame lacks has no gradient.
    flat = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in network.parameters()])
    torch.distributed.all_reduce(flat)
    at = 0
    for p in network.parameters():
        p.grad = flat[at:at + p.numel()].view_as(p) / workers
        at += p.numel()


def clock(done, workers):
    """The first worker's clock, so that all end at the same step."""
    t = torch.tensor([done], dtype=torch.float64)
    if workers > 1:
        torch.distributed.broadcast(t, 0)
    return float(t)


def work(rank, args, meeting):
    torch.set_num_threads(1)
    if args.workers > 1:
        torch.distributed.init_process_group("gloo", init_method="file://" + meeting, rank=rank, world_size=args.workers)
    torch.manual_seed(args.seed)
    random = np.random.default_rng([args.seed, rank])
    scenes = Scenes(args.scenes, args.sweeps)
    network = CenterPoint()
    begin(network, scenes)
    mean = copy.deepcopy(network)
    if rank == 0:
        print(sum(p.numel() for p in network.parameters()), "parameters,", len(scenes), "frames", flush=True)
    optimizer = torch.optim.AdamW(network.parameters(), lr=MOST_RATE, betas=(0.95, 0.99), weight_decay=0.01)
    began = saved = time.monotonic()
    step, seen, order, pool = 0, [], [], {}
    while (done := clock((time.monotonic() - began) / (60 * args.minutes), args.workers)) < 1:
        if not order:
            order = list(random.permutation(len(scenes)))
        features, books, wanted = prepared(order.pop(), scenes, pool, random)
        for group in optimizer.param_groups:
            group["lr"] = rate(done)
        total, heat, box = loss(network(features, books), wanted)
        optimizer.zero_grad()
        total.backward()
        together(network, args.workers)
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10)
        optimizer.step()
        step += 1
        if rank > 0:
            continue
        average(mean, network, step)
        seen.append((heat, box))
        if step % 50 == 0:
            heats, rest = np.mean(seen, 0)
            seen = []
            print(f"step {step} at {100 * done:.0f} %: heat {heats:.3f} boxes {rest:.3f}"
                  f" seconds {time.monotonic() - began:.0f}", flush=True)
        if time.monotonic() - saved > 180:
            saved = time.monotonic()
            save(mean, step, args.out)
    if rank == 0:
        save(mean, step, args.out)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenes", help="folder that MakeScenes wrote")
    parser.add_argument("out", help="checkpoint to write")
    parser.add_argument("--minutes", type=float, default=40, help="how long; the learning rate follows the clock")
    parser.add_argument("--sweeps", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2, help="processes of one thread, a frame each per step")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        meeting = os.path.join(folder, "meeting")
        torch.multiprocessing.spawn(work, (args, meeting), args.workers)


if __name__ == "__main__":
    main()
