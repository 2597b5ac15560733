"""Writes composite/oracle.npz: what functions composed of ops must give, computed in float64 by NumPy and SciPy.

    python3 make_composite_goldens.py       # NumPy 2, SciPy 1.11 or later

Inputs are `x` and others named here; a result is named by the call that gives it.
"""

import pathlib
import warnings

import numpy as np
import scipy.special

warnings.simplefilter("ignore")  # inf - inf
rng = np.random.default_rng(20260301)

x = rng.normal(size=(5, 7, 9)) * 4
x[1, 2] += 1000.0  # exp alone would overflow
x[2, 3] -= 1000.0
x[3, 1, 4] = -np.inf
x[3, 2] = -np.inf
x[4, 0, 3] = np.inf
x[4, 5, 2] = np.nan
x = x.astype(np.float32)
wide = x.astype(np.float64)
finite = (rng.normal(size=(4, 6, 5)) + 3).astype(np.float32)
wide_finite = finite.astype(np.float64)
indices = rng.integers(-2, 7, (3, 4)).astype(np.int32)

arrays = {"x": x, "finite": finite, "indices": indices}
for axis in (-1, 0, 1):
    arrays[f"softmax(x, {axis})"] = scipy.special.softmax(wide, axis=axis)
    below_max = wide - wide.max(axis=axis, keepdims=True)  # SciPy's log_softmax has rules of its own for inf
    arrays[f"log_softmax(x, {axis})"] = below_max - np.log(np.exp(below_max).sum(axis=axis, keepdims=True))
    arrays[f"reduce_mean(finite, {axis})"] = wide_finite.mean(axis=axis)
    arrays[f"reduce_variance(finite, {axis})"] = wide_finite.var(axis=axis)
arrays["reduce_variance(finite)"] = wide_finite.var()
for axis in (-1, 0, 1):
    for reverse in (False, True):
        line = np.moveaxis(wide, axis, -1)
        line = line[..., ::-1] if reverse else line
        sums = np.stack([scipy.special.logsumexp(line[..., : i + 1], axis=-1) for i in range(line.shape[-1])], -1)
        sums = sums[..., ::-1] if reverse else sums
        arrays[f"cumulative_logsumexp(x, {axis}, {reverse})"] = np.moveaxis(sums, -1, axis)
for axis in (-1, 0, 1):
    hot = np.moveaxis((indices[..., None] == np.arange(5)).astype(np.float32), -1, axis)
    arrays[f"one_hot(indices, 5, {axis})"] = hot
batch = rng.integers(-9, 9, (2, 1, 3, 4)).astype(np.int32)
weights = rng.integers(-9, 9, (5, 4, 2)).astype(np.int32)
arrays |= {"batch": batch, "weights": weights, "matmul(batch, weights)": batch @ weights}

np.savez_compressed(pathlib.Path(__file__).parent / "composite" / "oracle.npz", **arrays)
