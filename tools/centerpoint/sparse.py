"""Sparse 3D convolution in plain torch: pairs of rows per kernel offset, gathered, multiplied, and summed per row."""

import torch


def extent(n, kernel, stride, padding):
    return (n + 2 * padding - kernel) // stride + 1


class Pairs:
    """
    Which input row meets which output row at which kernel offset.

    Pairs are sorted by offset. ``to_out`` and ``to_in`` list the pairs by output row and by input row, with the place where
    each row begins, so that sums are taken without scattering.
    """

    def __init__(self, table, rows_out, by_input):
        # table [K, rows]: the partner of each row at each offset, or -1; rows are inputs if by_input, else outputs.
        rows = table.shape[1]
        valid = table >= 0
        places = valid.flatten().nonzero().squeeze(1)
        partner = table.flatten()[places].long()
        own = places % rows
        offset = places // rows
        number = torch.full((rows_out if by_input else rows, table.shape[0]), -1, dtype=torch.int32)
        count = torch.arange(len(places), dtype=torch.int32)
        self.counts = valid.sum(1).tolist()
        self.rows_in, self.rows_out = rows, rows_out
        if by_input:
            self.source, self.target = own, partner
            number[partner, offset] = count
            self.to_out = listed(number)
            number = torch.full((rows, table.shape[0]), -1, dtype=torch.int32)
            number[own, offset] = count
            self.to_in = listed(number)
        else:
            self.source, self.target = partner, own
            number[own, offset] = count
            self.to_out = listed(number)
            number = torch.full_like(number, -1)
            number[partner, offset] = count
            self.to_in = listed(number)


def listed(number):
    """The numbers >= 0 of a matrix row by row, and where each row begins."""
    flat = number.flatten()
    return flat[flat >= 0].long(), starts_of((number >= 0).sum(1))


def starts_of(counts):
    return torch.cumsum(counts, 0) - counts


def sums(values, listed, rows):
    """Row r is the sum of values[listed[starts[r] : starts[r + 1]]]."""
    order, starts = listed
    return torch.embedding_bag(values, order, starts, False, 0)[0] if rows else values[:0]


class Convolution(torch.autograd.Function):
    """y[o] = sum over pairs (i, k, o) of W[k] x[i]; W is [Cout, K, Cin]."""

    @staticmethod
    def forward(ctx, x, weight, pairs):
        gathered = x.index_select(0, pairs.source)
        products = x.new_empty(len(pairs.source), weight.shape[0])
        at = 0
        for k, n in enumerate(pairs.counts):
            torch.mm(gathered[at:at + n], weight[:, k].t(), out=products[at:at + n])
            at += n
        ctx.save_for_backward(gathered, weight)
        ctx.pairs = pairs
        return sums(products, pairs.to_out, pairs.rows_out)

    @staticmethod
    def backward(ctx, grad):
        gathered, weight = ctx.saved_tensors
        pairs = ctx.pairs
        outer = grad.contiguous().index_select(0, pairs.target)
        grad_weight = torch.empty_like(weight)
        back = gathered.new_empty(gathered.shape)
        at = 0
        for k, n in enumerate(pairs.counts):
            grad_weight[:, k] = outer[at:at + n].t() @ gathered[at:at + n]
            torch.mm(outer[at:at + n], weight[:, k], out=back[at:at + n])
            at += n
        grad_x = sums(back, pairs.to_in, pairs.rows_in) if ctx.needs_input_grad[0] else None
        return grad_x, grad_weight, None


class Books:
    """The pairs of VoxelResBackBone8x over one frame: ``same[l]`` within level l, ``down[l]`` from l to l + 1."""

    _scratch = {}

    def __init__(self, zyx, shape):
        self.same, self.down, self.cells = [], [], []
        paddings = [(1, 1, 1), (1, 1, 1), (0, 1, 1)]
        for level in range(4):
            self.same.append(self._submanifold(zyx, shape))
            self.cells.append((zyx, shape))
            last = level == 3
            kernel, stride, padding = ((3, 1, 1), (2, 1, 1), (0, 0, 0)) if last else ((3,) * 3, (2,) * 3, paddings[level])
            pairs, zyx, shape = self._strided(zyx, shape, kernel, stride, padding)
            self.down.append(pairs)
        self.cells.append((zyx, shape))

    @classmethod
    def _submanifold(cls, zyx, shape):
        padded = [n + 2 for n in shape]
        if tuple(padded) not in cls._scratch:
            cls._scratch[tuple(padded)] = torch.full((padded[0] * padded[1] * padded[2],), -1, dtype=torch.int32)
        volume = cls._scratch[tuple(padded)]
        z, y, x = (zyx + 1).unbind(1)
        key = (z * padded[1] + y) * padded[2] + x
        volume[key] = torch.arange(len(key), dtype=torch.int32)
        steps = [(dz * padded[1] + dy) * padded[2] + dx for dz in (-1, 0, 1) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
        table = torch.stack([volume[key + s] for s in steps])
        volume[key] = -1
        return Pairs(table, len(key), by_input=False)

    @staticmethod
    def _strided(zyx, shape, kernel, stride, padding):
        out_shape = [extent(n, k, s, p) for n, k, s, p in zip(shape, kernel, stride, padding)]
        # Per axis and kernel place: the output's coordinate, and whether there is one.
        axes = []
        for axis in range(3):
            ups = [zyx[:, axis] + padding[axis] - k for k in range(kernel[axis])]
            outs = [torch.div(up, stride[axis], rounding_mode="floor") for up in ups]
            axes.append([(o, (o * stride[axis] == up) & (o >= 0) & (o < out_shape[axis])) for up, o in zip(ups, outs)])
        keys = torch.stack([
            torch.where(vz & vy & vx, (oz * out_shape[1] + oy) * out_shape[2] + ox, -1)
            for oz, vz in axes[0] for oy, vy in axes[1] for ox, vx in axes[2]])
        reached = keys[keys >= 0]
        mark = torch.zeros(out_shape[0] * out_shape[1] * out_shape[2], dtype=torch.bool)
        mark[reached] = True
        cells = mark.nonzero().squeeze(1)
        number = torch.zeros(len(mark), dtype=torch.int64)
        number[cells] = torch.arange(len(cells))
        table = torch.full(keys.shape, -1, dtype=torch.int64)
        table[keys >= 0] = number[reached]
        rest, x = cells // out_shape[2], cells % out_shape[2]
        out = torch.stack([rest // out_shape[1], rest % out_shape[1], x], 1)
        return Pairs(table, len(cells), by_input=True), out, out_shape


def voxelize(points, least, size, shape):
    """Cells [n, 3] (z, y, x) and the means of their points' features [n, C]."""
    xyz = torch.floor((points[:, :3] - least) / size).long()
    inside = ((xyz >= 0) & (xyz < torch.tensor([shape[2], shape[1], shape[0]]))).all(1)
    points, xyz = points[inside], xyz[inside]
    key = (xyz[:, 2] * shape[1] + xyz[:, 1]) * shape[2] + xyz[:, 0]
    key, order = torch.sort(key, stable=True)
    cells, counts = torch.unique_consecutive(key, return_counts=True)
    means = sums(points, (order, starts_of(counts)), len(cells)) / counts[:, None]
    rest, x = cells // shape[2], cells % shape[2]
    return torch.stack([rest // shape[1], rest % shape[1], x], 1), means
