"""Writes window/oracle.npz: what convolutions, pooling and cumulative ops give in XLA and NumPy.

    python3 make_window_goldens.py       # jax 0.4 or later, on the CPU

Elements are small integers, so that sums are exact in any order. The operands and the result of a case are named
`<case>.x`, `<case>.filter` and `<case>`; what a case is stands in tests/unit/window_test.cpp, too.
"""

import pathlib

import numpy as np
from jax import lax

rng = np.random.default_rng(20261126)
arrays = {}
layouts = {3: ("NWC", "WIO", "NWC"), 4: ("NHWC", "HWIO", "NHWC"), 5: ("NDHWC", "DHWIO", "NDHWC")}


def conv(name, x, taps, strides, padding, dilations=None, input_dilations=None, groups=1):
    x = rng.integers(-9, 10, x).astype(np.float32)
    taps = rng.integers(-9, 10, taps).astype(np.float32)
    arrays.update({f"{name}.x": x, f"{name}.filter": taps})
    arrays[name] = lax.conv_general_dilated(
        x, taps, strides, padding, lhs_dilation=input_dilations, rhs_dilation=dilations,
        dimension_numbers=layouts[x.ndim], feature_group_count=groups)


def reduce_window(name, reducer, x, window, strides, padding, dilations=None):
    x = rng.integers(-99, 100, x).astype(np.float32)
    arrays[f"{name}.x"] = x
    init, join = {"sum": (0.0, lax.add), "max": (-np.inf, lax.max), "min": (np.inf, lax.min)}[reducer]
    arrays[name] = lax.reduce_window(x, np.float32(init), join, window, strides, padding, window_dilation=dilations)


conv("conv_1d", (2, 9, 3), (4, 3, 5), (2,), [(3, 2)], (2,))
conv("conv_2d", (2, 7, 8, 4), (3, 2, 4, 6), (1, 2), [(1, 1), (0, 2)])
conv("conv_transposed", (1, 5, 4, 3), (3, 3, 3, 4), (1, 1), [(2, 1), (2, 2)], None, (2, 3))
conv("conv_groups", (1, 6, 7, 6), (3, 3, 2, 9), (1, 1), [(1, 1), (1, 1)], (1, 2), None, 3)
conv("conv_channels", (2, 6, 7, 5), (3, 3, 1, 5), (2, 1), [(1, 1), (0, 1)], None, None, 5)
conv("conv_3d", (1, 4, 5, 6, 3), (2, 3, 2, 3, 9), (1, 2, 1), [(1, 0), (0, 0), (2, 1)])
conv("conv_nothing", (1, 3, 3, 2), (5, 1, 2, 2), (1, 1), [(0, 1), (0, 0)])
reduce_window("sum_1d", "sum", (20,), (3,), (2,), [(1, 2)], (3,))
reduce_window("max_2d", "max", (2, 8, 9, 5), (1, 2, 2, 1), (1, 2, 2, 1), [(0, 0), (1, 0), (1, 1), (0, 0)])
reduce_window("min_last", "min", (2, 3, 8, 9), (1, 1, 3, 2), (1, 1, 2, 3), [(0, 0), (0, 0), (1, 2), (0, 1)])
reduce_window("sum_all", "sum", (4, 5, 6), (4, 1, 6), (1, 1, 1), [(0, 0)] * 3)
reduce_window("max_nothing", "max", (4, 5), (5, 1), (1, 1), [(0, 0)] * 2)

lines = rng.integers(-3, 4, (4, 9)).astype(np.float32)
lines[1, 4] = np.nan
arrays["lines"] = lines
arrays["cumprod"] = np.cumprod(lines, axis=1)
arrays["cummax"] = np.maximum.accumulate(lines, axis=1)
arrays["cummin"] = np.minimum.accumulate(lines[:, ::-1], axis=1)[:, ::-1]

folder = pathlib.Path(__file__).parent / "window"
folder.mkdir(exist_ok=True)
np.savez_compressed(folder / "oracle.npz", **{name: np.asarray(a) for name, a in arrays.items()})
