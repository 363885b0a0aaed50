"""Makes a small checkpoint with the names and layouts of OpenPCDet's CenterPoint, and what its dense part computes.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install torch numpy
    /tmp/venv/bin/python tools/golden/centerpoint_checkpoint.py octavo-lidar/src/test/resources/golden/centerpoint

Random weights, seed fixed; torch's own modules compute the expected outputs.
"""
import collections
import os
import sys

import numpy as np
import torch
from torch import nn

torch.manual_seed(20260101)
out = sys.argv[1]
os.makedirs(out, exist_ok=True)
WIDTH = {"conv_input": 4, "conv1": 4, "conv2": 6, "conv3": 8, "conv4": 10, "conv_out": 10}
HEADS = [["car"], ["truck", "bus"]]


def norm(module, eps):
    module.eps = eps
    nn.init.uniform_(module.weight, 0.5, 1.5)
    nn.init.normal_(module.bias, 0, 0.2)
    module.running_mean.normal_(0, 0.3)
    module.running_var.uniform_(0.5, 2)
    return module




def sparse_state():
    state = collections.OrderedDict()

    def bn(name, c):
        state[name + ".weight"] = torch.rand(c) + 0.5
        state[name + ".bias"] = torch.randn(c) * 0.2
        state[name + ".running_mean"] = torch.randn(c) * 0.3
        state[name + ".running_var"] = torch.rand(c) + 0.5
        state[name + ".num_batches_tracked"] = torch.tensor(7)

    def conv(name, cin, cout, k=(3, 3, 3), bias=False):
        state[name + ".weight"] = torch.randn(cout, *k, cin) * (2.0 / (cin * 10)) ** 0.5
        if bias:
            state[name + ".bias"] = torch.randn(cout) * 0.1

    conv("conv_input.0", 5, WIDTH["conv_input"])
    bn("conv_input.1", WIDTH["conv_input"])
    before = WIDTH["conv_input"]
    for level in range(1, 5):
        c = WIDTH[f"conv{level}"]
        if level > 1:
            conv(f"conv{level}.0.0", before, c)
            bn(f"conv{level}.0.1", c)
        for block in (0, 1) if level == 1 else (1, 2):
            for i in (1, 2):
                conv(f"conv{level}.{block}.conv{i}", c, c, bias=True)
                bn(f"conv{level}.{block}.bn{i}", c)
        before = c
    conv("conv_out.0", before, WIDTH["conv_out"], (3, 1, 1))
    bn("conv_out.1", WIDTH["conv_out"])
    return state


class Backbone2d(nn.Module):
    def __init__(self, cin, widths=(8, 12), up=6, extra=1):
        super().__init__()
        self.blocks, self.deblocks = nn.ModuleList(), nn.ModuleList()
        for i, c in enumerate(widths):
            layers = [nn.ZeroPad2d(1), nn.Conv2d(cin, c, 3, stride=1 + i, padding=0, bias=False),
                      norm(nn.BatchNorm2d(c), 1e-3), nn.ReLU()]
            for _ in range(extra):
                layers += [nn.Conv2d(c, c, 3, padding=1, bias=False), norm(nn.BatchNorm2d(c), 1e-3), nn.ReLU()]
            self.blocks.append(nn.Sequential(*layers))
            s = 2 ** i
            self.deblocks.append(nn.Sequential(nn.ConvTranspose2d(c, up, s, stride=s, bias=False),
                                               norm(nn.BatchNorm2d(up), 1e-3), nn.ReLU()))
            cin = c

    def forward(self, x):
        ups = []
        for block, deblock in zip(self.blocks, self.deblocks):
            x = block(x)
            ups.append(deblock(x))
        return torch.cat(ups, 1)


class Branches(nn.Module):
    def __init__(self, c, classes):
        super().__init__()
        for name, n in (("center", 2), ("center_z", 1), ("dim", 3), ("rot", 2), ("vel", 2), ("hm", classes)):
            setattr(self, name, nn.Sequential(
                nn.Sequential(nn.Conv2d(c, c, 3, padding=1), norm(nn.BatchNorm2d(c), 1e-5), nn.ReLU()),
                nn.Conv2d(c, n, 3, padding=1)))

    def forward(self, x):
        return {name: m(x) for name, m in self.named_children()}


class Head(nn.Module):
    def __init__(self, cin, c=8):
        super().__init__()
        self.shared_conv = nn.Sequential(nn.Conv2d(cin, c, 3, padding=1), norm(nn.BatchNorm2d(c), 1e-5), nn.ReLU())
        self.heads_list = nn.ModuleList([Branches(c, len(h)) for h in HEADS])

    def forward(self, x):
        x = self.shared_conv(x)
        return [h(x) for h in self.heads_list]


backbone, head = Backbone2d(2 * WIDTH["conv_out"]).eval(), Head(12).eval()
state = collections.OrderedDict(global_step=torch.tensor([3]))
sparse = sparse_state()
for k, v in sparse.items():
    state["backbone_3d." + k] = v
for prefix, module in (("backbone_2d.", backbone), ("dense_head.", head)):
    for k, v in module.state_dict().items():
        state[prefix + k] = v
torch.save({"epoch": 2, "it": 10, "model_state": state, "version": "pcdet+0.6.0", "optimizer_state": None},
           os.path.join(out, "small.pth"))

# The same weights as spconv 1 stores them, and one tensor that is a transposed view of half precision.
old = collections.OrderedDict(state)
for k, v in sparse.items():
    if v.dim() == 5:
        old["backbone_3d." + k] = v.permute(1, 2, 3, 4, 0).contiguous()
old["view"] = torch.arange(6, dtype=torch.float16).reshape(2, 3).t()
torch.save({"model_state": old}, os.path.join(out, "spconv1.pth"))


class Foreign:
    def __reduce__(self):
        return (os.system, ("echo this must never run",))


torch.save({"model_state": state["global_step"], "extra": Foreign()}, os.path.join(out, "foreign.pth"))

with torch.no_grad():
    bev = torch.randn(1, 2 * WIDTH["conv_out"], 8, 8)
    expected = {"bev": bev, "backbone_2d": backbone(bev)}
    for i, branches in enumerate(head(expected["backbone_2d"])):
        for name, t in branches.items():
            expected[f"heads.{i}.{name}"] = t
expected["conv2.0.0.weight"] = sparse["conv2.0.0.weight"]
np.savez_compressed(os.path.join(out, "expected.npz"), **{k: v.numpy() for k, v in expected.items()})
with open(os.path.join(out, "README"), "w") as f:
    f.write(f"Made by tools/golden/centerpoint_checkpoint.py with torch {torch.__version__}, numpy {np.__version__}.\n"
            "small.pth: a checkpoint as OpenPCDet writes it, small widths, random weights.\n"
            "spconv1.pth: the same, 3D weights in the layout of spconv 1, and one transposed half-precision view.\n"
            "foreign.pth: holds an object that would call a shell when unpickled.\n"
            "expected.npz: a map and what the dense part makes of it.\n")
