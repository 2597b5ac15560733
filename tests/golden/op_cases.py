"""Programs with their arrays as files, and operands for them: for make_op_goldens.py."""

import io
import math
import pathlib
import zipfile

import ml_dtypes
import numpy as np

rng = np.random.default_rng(20261126)

INTS = {"i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
        "u8": np.uint8, "u16": np.uint16, "u32": np.uint32, "u64": np.uint64}
FLOATS = {"f16": np.float16, "bf16": ml_dtypes.bfloat16, "f32": np.float32, "f64": np.float64}
COMPLEX = {"c64": np.complex64, "c128": np.complex128}
REALS, NUMBERS = INTS | FLOATS, INTS | FLOATS | COMPLEX
ORDERED, ALL = {"bool": np.bool_} | REALS, {"bool": np.bool_} | NUMBERS
PARTS = {"c64": "f32", "c128": "f64"}
NAMES = {np.dtype(t): name for name, t in ALL.items()}


def type_text(a):
    return f"{NAMES[a.dtype]}[{','.join(map(str, a.shape))}]"


class Family:
    """A pair of files: functions with their arrays."""

    def __init__(self, name):
        self.name, self.functions, self.arrays = name, [], {}

    def write(self):
        folder = pathlib.Path(__file__).parent / "ops"
        head = f"// What others give for the ops here: {self.name}.npz. make_op_goldens.py wrote both.\n"
        (folder / f"{self.name}.tir").write_text(head + "\n".join(self.functions))
        with zipfile.ZipFile(folder / f"{self.name}.npz", "w") as file:
            for key, array in self.arrays.items():
                member = zipfile.ZipInfo(f"{key}.npy")  # without the time of day
                member.compress_type = zipfile.ZIP_DEFLATED
                data = io.BytesIO()
                np.lib.format.write_array(data, np.asarray(array, order="C"))
                file.writestr(member, data.getvalue(), compresslevel=9)


class Function:
    """A function: operands, ops, and the results that they must give."""

    def __init__(self, family, name, **operands):
        self.family, self.name, self.operands = family, name, {}
        self.lines, self.results = [], {}
        for key, array in operands.items():
            self.take(key, array)

    def take(self, key, array):
        self.operands[key] = self.keep(key, np.asarray(array))

    def keep(self, key, array):
        self.family.arrays[f"{self.name}.{key}"] = array
        return array

    def op(self, text, *want, error=None):
        """`text` is the op with its operands and attributes; `want` are its results, as good as to `error`."""
        names = []
        for array in want:
            position = str(len(self.results))
            names.append(f"{text.split()[0]}_{position}")
            self.results[names[-1]] = self.keep(position, np.asarray(array))
            if error is not None:
                self.keep(f"{position}.error", np.asarray(error, dtype=np.float64))
        types = ", ".join(type_text(self.results[n]) for n in names)
        body, blocks = text.split("\n", 1) if "\n" in text else (text, "")
        values = ", ".join(f"%{n}" for n in names)
        self.lines.append(f"  {values} = {body} : {types}" + (f"\n{blocks}" if blocks else ""))

    def line(self, text):
        """An op whose result is only used by others, or that has none."""
        self.lines.append("  " + text)

    def done(self):
        params = ", ".join(f"%{k}: {type_text(a)}" for k, a in self.operands.items())
        results = ", ".join(type_text(a) for a in self.results.values())
        body = "\n".join(self.lines)
        values = ", ".join(f"%{name}" for name in self.results)
        values = f" {values}" if values else ""
        self.family.functions.append(
            f"func @{self.name}({params}) -> ({results}) {{\n{body}\n  yield{values}\n}}\n")


# ---- operands ----

def float_edges(t):
    i = ml_dtypes.finfo(t)
    return [0.0, -0.0, math.inf, -math.inf, math.nan, float(i.smallest_subnormal), -float(i.smallest_normal),
            float(i.max), float(i.min), 1.0, -1.0, 0.5, -2.5, 3.0]


def integer_edges(t):
    i = np.iinfo(t)
    return [0, 1, 2, 3, 7, i.max, i.max - 1, i.min, i.min + 1, i.max // 2 + 1] + ([-1, -2, -7] if i.min < 0 else [9])


def edges(name):
    t = ALL[name]
    if name == "bool":
        return np.array([False, True])
    if name in COMPLEX:
        parts = float_edges(ALL[PARTS[name]])[:9]
        return np.array([complex(re, im) for re in parts for im in parts[::2]]).astype(t)
    return np.array(float_edges(t) if name in FLOATS else integer_edges(t)).astype(t)


def random_values(name, shape):
    t = ALL[name]
    if name == "bool":
        return rng.random(shape) < 0.5
    if name in COMPLEX:
        return (rng.normal(size=shape) * 3 + 1j * rng.normal(size=shape)).astype(t)
    if name in FLOATS:
        return (rng.normal(size=shape) * 3).astype(t)
    return rng.integers(np.iinfo(t).min, np.iinfo(t).max, shape, dtype=t, endpoint=True)


def small(name, shape, low=-4, high=5):
    """Whole numbers: sums of their products are exact."""
    t = ALL[name]
    if name in COMPLEX:
        return (rng.integers(low, high, shape) + 1j * rng.integers(low, high, shape)).astype(t)
    return rng.integers(0 if name.startswith("u") else low, high, shape).astype(t)


def pairs(name):
    """Each edge value with each, and random numbers."""
    e = edges(name)
    e = e if name not in COMPLEX else e[:12]
    count = 40
    return (np.concatenate([np.repeat(e, len(e)), random_values(name, count)]),
            np.concatenate([np.tile(e, len(e)), random_values(name, count)]))
