"""CenterPoint in small: VoxelResBackBone8x, two-block bird's-eye-view backbone, six heads. Names as in OpenPCDet."""

import torch
from torch import nn
from torch.nn import functional as F

from sparse import Convolution

HEADS = [["car"], ["truck", "construction_vehicle"], ["bus", "trailer"], ["barrier"], ["motorcycle", "bicycle"],
         ["pedestrian", "traffic_cone"]]
BRANCHES = [("center", 2), ("center_z", 1), ("dim", 3), ("rot", 2), ("vel", 2), ("hm", 0)]

LEAST = (-25.6, -25.6, -1.6)  # above the ground: its returns are most of a frame and say nothing of objects
GREATEST = (25.6, 25.6, 6.4)
VOXEL = (0.2, 0.2, 0.2)
GRID = (41, 256, 256)  # z has one layer more than voxels
CELL = 1.6  # metres of a cell of the map
MAP = 32
WIDTHS = (8, 16, 32, 32)
OUT = 32  # channels of conv_out
BEV = (64, 96)
CONVS = (3, 3)
UP = 64
SHARED = 32
# What the input's features are divided by, to train well; folded into the first weight when saved.
INPUT_SCALE = (16.0, 16.0, 1.5, 60.0, 0.06)


class SparseConv(nn.Module):
    def __init__(self, inputs, outputs, kernel=(3, 3, 3), bias=False):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, *kernel, inputs))
        nn.init.normal_(self.weight, std=(2.0 / (inputs * max(3, self.weight[0, ..., 0].numel() / 3))) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None

    def forward(self, x, pairs):
        y = Convolution.apply(x, self.weight.flatten(1, 3), pairs)
        return y if self.bias is None else y + self.bias


def norm3d(channels):
    return nn.BatchNorm1d(channels, eps=1e-3, momentum=0.03)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = SparseConv(channels, channels, bias=True)
        self.bn1 = norm3d(channels)
        self.conv2 = SparseConv(channels, channels, bias=True)
        self.bn2 = norm3d(channels)

    def forward(self, x, pairs):
        y = F.relu(self.bn1(self.conv1(x, pairs)))
        return F.relu(self.bn2(self.conv2(y, pairs)) + x)


def start(inputs, outputs, kernel=(3, 3, 3)):
    return nn.ModuleList([SparseConv(inputs, outputs, kernel), norm3d(outputs)])


class Backbone3d(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_input = start(5, WIDTHS[0])
        self.conv1 = nn.ModuleList([Block(WIDTHS[0]), Block(WIDTHS[0])])
        for level in (2, 3, 4):
            w = WIDTHS[level - 1]
            stage = nn.ModuleList([start(WIDTHS[level - 2], w), Block(w), Block(w)])
            setattr(self, f"conv{level}", stage)
        self.conv_out = start(WIDTHS[3], OUT, (3, 1, 1))
        self.register_buffer("input_scale", torch.tensor(INPUT_SCALE), persistent=False)

    def forward(self, x, books):
        """The map [1, OUT * 2, MAP, MAP]; channel c * 2 + z."""
        x = self._first(self.conv_input, x / self.input_scale, books.same[0])
        for block in self.conv1:
            x = block(x, books.same[0])
        for level in (1, 2, 3):
            stage = getattr(self, f"conv{level + 1}")
            x = self._first(stage[0], x, books.down[level - 1])
            x = stage[2](stage[1](x, books.same[level]), books.same[level])
        x = self._first(self.conv_out, x, books.down[3])
        (z, y, w), shape = books.cells[4][0].unbind(1), books.cells[4][1]
        dense = x.new_zeros(shape[0] * shape[1] * shape[2], OUT)
        dense = dense.index_put(((z * shape[1] + y) * shape[2] + w,), x)
        dense = dense.view(shape[0], shape[1], shape[2], OUT).permute(3, 0, 1, 2)
        return dense.reshape(1, OUT * shape[0], shape[1], shape[2])

    @staticmethod
    def _first(pair, x, pairs):
        return F.relu(pair[1](pair[0](x, pairs)))


def norm2d(channels, eps=1e-3):
    return nn.BatchNorm2d(channels, eps=eps, momentum=0.03)


class Backbone2d(nn.Module):
    def __init__(self):
        super().__init__()
        inputs = (OUT * 2, BEV[0])
        self.blocks = nn.ModuleList()
        self.deblocks = nn.ModuleList()
        for b in range(2):
            layers = [nn.ZeroPad2d(1), nn.Conv2d(inputs[b], BEV[b], 3, b + 1, bias=False), norm2d(BEV[b]), nn.ReLU()]
            for _ in range(CONVS[b] - 1):
                layers += [nn.Conv2d(BEV[b], BEV[b], 3, padding=1, bias=False), norm2d(BEV[b]), nn.ReLU()]
            self.blocks.append(nn.Sequential(*layers))
            up = nn.ConvTranspose2d(BEV[b], UP, b + 1, b + 1, bias=False)
            self.deblocks.append(nn.Sequential(up, norm2d(UP), nn.ReLU()))

    def forward(self, x):
        ups = []
        for block, deblock in zip(self.blocks, self.deblocks):
            x = block(x)
            ups.append(deblock(x))
        return torch.cat(ups, 1)


class Branch(nn.Sequential):
    def __init__(self, outputs, heat):
        super().__init__(
            nn.Sequential(nn.Conv2d(SHARED, SHARED, 3, padding=1), norm2d(SHARED, 1e-5), nn.ReLU()),
            nn.Conv2d(SHARED, outputs, 3, padding=1))
        if heat:
            nn.init.constant_(self[1].bias, -4.0)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.shared_conv = nn.Sequential(
            nn.Conv2d(UP * 2, SHARED, 3, padding=1), norm2d(SHARED, 1e-5), nn.ReLU())
        self.heads_list = nn.ModuleList(
            nn.ModuleDict({name: Branch(width or len(classes), width == 0) for name, width in BRANCHES})
            for classes in HEADS)

    def forward(self, x):
        """Per head a dict of maps. The first convolutions of all branches run as one: they read the same map."""
        x = self.shared_conv(x)
        branches = [head[name] for head in self.heads_list for name, _ in BRANCHES]
        weight = torch.cat([b[0][0].weight for b in branches])
        bias = torch.cat([b[0][0].bias for b in branches])
        wide = F.conv2d(x, weight, bias, padding=1)
        outputs = []
        for b, part in zip(branches, wide.split(SHARED, 1)):
            outputs.append(b[1](F.relu(b[0][1](part))))
        n = len(BRANCHES)
        return [
            {name: outputs[h * n + i] for i, (name, _) in enumerate(BRANCHES)} for h in range(len(self.heads_list))
        ]


class CenterPoint(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone_3d = Backbone3d()
        self.backbone_2d = Backbone2d()
        self.dense_head = Head()

    def forward(self, features, books):
        return self.dense_head(self.backbone_2d(self.backbone_3d(features, books)))


def exported(state):
    """The state as a detector reads it: no scaling of the input, kernels in half precision, norms in full."""
    out = {}
    for name, t in state.items():
        t = t.detach().clone()
        if name == "backbone_3d.conv_input.0.weight":
            t = t / torch.tensor(INPUT_SCALE)
        if t.dim() > 1:
            t = t.half()
        out[name] = t
    return out
