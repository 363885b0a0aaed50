"""The full-size 3D backbone in torch, float32 on the CPU: per offset gather, multiply, scatter. The baseline beside
dev.octavo.bench.lidar.SparseBackbone, on the same frame, with the same tables and weights.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch numpy
    /tmp/venv/bin/python octavo-bench/peer/sparse_backbone.py $OCTAVO_DATA [rounds]
"""
import os
import sys
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
import numpy as np
import torch

torch.set_num_threads(2)
data = os.path.join(sys.argv[1], "pointcloud")
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
state = np.load(os.path.join(data, "reference", "crop_a.npz"))
coords = np.load(os.path.join(data, "frame_voxel_coords_bzyx.npy")).astype(np.int64)
features = torch.from_numpy(np.load(os.path.join(data, "frame_voxel_features.npy")))


def keys(c, shape):
    return (c[:, 1] * shape[1] + c[:, 2]) * shape[2] + c[:, 3]


def pairs(cin, shape_in, cout, k, s, p):
    """For every offset the input rows and the output rows that it joins."""
    order = np.argsort(keys(cin, shape_in))
    known = keys(cin, shape_in)[order]
    out = []
    for i in range(k[0] * k[1] * k[2]):
        d = np.array([i // (k[1] * k[2]), i // k[2] % k[1], i % k[2]])
        q = cout[:, 1:] * np.array(s) - np.array(p) + d
        inside = ((q >= 0) & (q < np.array(shape_in))).all(1)
        key = (q[:, 0] * shape_in[1] + q[:, 1]) * shape_in[2] + q[:, 2]
        at = np.searchsorted(known, key).clip(0, len(known) - 1)
        hit = inside & (known[at] == key)
        out.append((torch.from_numpy(order[at[hit]]), torch.from_numpy(np.nonzero(hit)[0])))
    return out


def reached(c, shape, k, s, p):
    out = [(shape[a] + 2 * p[a] - k[a]) // s[a] + 1 for a in range(3)]
    found = []
    for i in range(k[0] * k[1] * k[2]):
        d = np.array([i // (k[1] * k[2]), i // k[2] % k[1], i % k[2]])
        n = c[:, 1:] + np.array(p) - d
        q = n // np.array(s)
        ok = (n % np.array(s) == 0).all(1) & ((q >= 0) & (q < np.array(out))).all(1)
        found.append((q[ok, 0] * out[1] + q[ok, 1]) * out[2] + q[ok, 2])
    u = np.unique(np.concatenate(found))
    return np.stack([0 * u, u // (out[1] * out[2]), u // out[2] % out[1], u % out[2]], 1), out


def folded(conv, norm):
    get = lambda n: state["weights/backbone_3d." + n].astype(np.float64)
    w = get(conv + ".weight")
    f = get(norm + ".weight") / np.sqrt(get(norm + ".running_var") + 1e-3)
    b = get(conv + ".bias") if "weights/backbone_3d." + conv + ".bias" in state.files else 0
    bias = (b - get(norm + ".running_mean")) * f + get(norm + ".bias")
    w = (w * f[:, None, None, None, None]).reshape(w.shape[0], -1, w.shape[4]).transpose(1, 2, 0)
    return torch.from_numpy(np.ascontiguousarray(w, dtype=np.float32)), torch.from_numpy(bias.astype(np.float32))


def conv(x, table, rows, weight):
    w, b = weight
    y = b.repeat(rows, 1)
    for k, (i, o) in enumerate(table):
        if len(i):
            y.index_add_(0, o, x[i] @ w[k])
    return y


K, ONE = (3, 3, 3), (1, 1, 1)
shape, levels = [41, 1440, 1440], []
c = coords
subm = pairs(c, shape, c, K, ONE, ONE)
plan = [("conv_input.0", "conv_input.1", subm, len(c), None)]
blocks = lambda n, t, rows: [(f"{n}.conv{i}", f"{n}.bn{i}", t, rows, n if i == 2 else None) for i in (1, 2)]
plan += blocks("conv1.0", subm, len(c)) + blocks("conv1.1", subm, len(c))
for level, pad in ((2, ONE), (3, ONE), (4, (0, 1, 1))):
    to, s2 = reached(c, shape, K, (2, 2, 2), pad)
    plan.append((f"conv{level}.0.0", f"conv{level}.0.1", pairs(c, shape, to, K, (2, 2, 2), pad), len(to), None))
    c, shape = to, s2
    subm = pairs(c, shape, c, K, ONE, ONE)
    plan += blocks(f"conv{level}.1", subm, len(c)) + blocks(f"conv{level}.2", subm, len(c))
to, _ = reached(c, shape, (3, 1, 1), (2, 1, 1), (0, 0, 0))
plan.append(("conv_out.0", "conv_out.1", pairs(c, shape, to, (3, 1, 1), (2, 1, 1), (0, 0, 0)), len(to), None))
plan = [(folded(a, b), t, rows, block, a.endswith("conv1")) for a, b, t, rows, block in plan]

best, best_cpu = 1e9, 1e9
with torch.inference_mode():
    for _ in range(rounds):
        t0, c0 = time.perf_counter(), time.process_time()
        x = features
        stream = x
        for weight, table, rows, block, first in plan:
            if first:
                stream = x
            x = conv(x, table, rows, weight)
            if block:
                x += stream
            x.relu_()
        best, best_cpu = min(best, time.perf_counter() - t0), min(best_cpu, time.process_time() - c0)
print(f"torch {torch.__version__} gather-multiply-scatter, float32, 2 threads: best of {rounds}: "
      f"{best * 1e3:.0f} ms, of CPU {best_cpu * 1e3:.0f} ms; {len(to)} rows out, |y| {x.norm():.6g}")
