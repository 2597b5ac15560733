"""Writes format/arrays.txt: arrays of every element type with the text NumPy prints for them.

    python3 make_format_goldens.py          # NumPy 2.3 or later

A record is `== dtype shape`, the elements in hexadecimal (little endian, row-major), `-- str`, the lines of str(array),
`-- repr`, the lines of repr(array). Rank 0 has TensorFlow's repr: that of the Python number.
"""

import pathlib

import numpy as np

DTYPES = [np.bool_, np.uint8, np.int32, np.int64, np.float32, np.float64]
FLOATS = [np.float32, np.float64]
rng = np.random.default_rng(20240501)
records = []


def add(array):
    array = np.ascontiguousarray(array).reshape(np.shape(array))
    text = repr(array.item()) if array.ndim == 0 else repr(array)
    shape = ",".join(map(str, array.shape))
    records.append(f"== {array.dtype.name} {shape}\n{array.tobytes().hex()}\n-- str\n{array!s}\n-- repr\n{text}\n")


def add_floats(values):
    for dtype in FLOATS:
        with np.errstate(over="ignore"):
            add(np.array(values, dtype=dtype))


def random_bits(dtype, shape):
    """Any bit pattern: all exponents, NaNs and subnormals among them."""
    size = np.dtype(dtype).itemsize
    return np.frombuffer(rng.bytes(int(np.prod(shape)) * size), dtype=dtype).reshape(shape)


def random_array(dtype, shape):
    if dtype is np.bool_:
        return rng.integers(0, 2, shape).astype(np.bool_)
    if dtype in FLOATS:
        return rng.normal(size=shape).astype(dtype)
    return rng.integers(0, 100, shape).astype(dtype)


def scalars():
    for value in [
        0.0,
        -0.0,
        1.0,
        0.1,
        1 / 3,
        1.5,
        -2.5,
        1e-4,
        9.9999e-5,
        1e-5,
        123456.7,
        999999.9,
        1e6,
        1234567.0,
        1e7,
        1e8,
        16777216.0,
        1e15,
        9.9e15,
        1e16,
        1e17,
        1e22,
        1e23,
        3e38,
        1e300,
        5e-324,
        1e-45,
        1.17549435e-38,
        2.2250738585072014e-308,
        np.nan,
        np.inf,
        -np.inf,
        np.pi,
        -np.e,
        0.3,
        2**0.5,
        100.0,
        1e5,
    ]:
        add_floats(value)
    for dtype, values in [
        (np.bool_, [0, 1]),
        (np.uint8, [0, 7, 255]),
        (np.int32, [0, 5, -7, -(2**31), 2**31 - 1]),
        (np.int64, [0, 5, -7, -(2**63), 2**63 - 1]),
    ]:
        for value in values:
            add(np.array(value, dtype=dtype))
    for dtype in FLOATS:
        for _ in range(8):
            add(random_bits(dtype, (1,)).reshape(()))


def edges():
    for values in [
        [0.0],
        [-0.0],
        [1.0, 2.0],
        [1.5, -2.25, 3.125],
        [0.1, 0.2, 0.3],
        [1e-8, 1, 1e8],
        [np.nan, np.inf],
        [np.nan],
        [np.inf],
        [-np.inf],
        [np.nan, -np.inf, 1],
        [np.nan, 100.5],
        [np.inf, -1000.25],
        [np.nan, 1e-10],
        [-np.inf, 1e10],
        [np.nan, 0.0],
        [-np.inf, -0.0],
        [1000, 1],
        [1001, 1],
        [1000.5, 1],
        [999999, 1000],
        [1e6, 1e5],
        [1e6],
        [999999.9],
        [1e8],
        [99999999.0],
        [99999999.9],
        [123456789.0],
        [12345678.9, 100000],
        [1e-4, 1e-3],
        [0.0001],
        [0.00009999],
        [0.00010001, 0.001],
        [1e-4],
        [5e-324, 1],
        [1e-45],
        [1.7976931348623157e308],
        [3.4028235e38],
        [1e100, 1e-100],
        [1e300, -1e-300],
        [1 / 3, 2 / 3],
        [1 / 3, 100 / 3],
        [0.001953125],
        [0.005859375],
        [1.001953125, 3.005859375],
        [0.123456785, 0.123456775],
        [0.5, 0.25, 0.125, 0.0625],
        [1e22],
        [1e23, 1e22],
        [0.1, 1e-36, 1e10],
        [0.1, 1.00000075e-36, 1e10],
        [1.0, 1.0000001],
        [9.999999999, 1],
        [0.999999999],
        [99.999999999],
        [9.9999999999e9],
        [1e10, 2.5e10, 3.75e10],
        [-1e10, 1e10],
        [-1e-5, 1e-5],
        [0, 0, 1e-9],
        [np.pi, np.e, 2**0.5],
        [-1, 10, -100],
        [1e-310, 1e-320],
        [1e16, 1e17],
        [2**24, 2**25],
        [2.0**-44],
        [2.0**-44, 2.0**-100],
        [5.5, np.nan, -0.0],
    ]:
        add_floats(values)
    add(np.array([0, 255, 7], np.uint8))
    add(np.array([-(2**31), 2**31 - 1], np.int32))
    add(np.array([-(2**63), 2**63 - 1, 0], np.int64))
    add(np.array([-(2**63), 2**63 - 1], np.int64).repeat(5))
    add(np.array([True, False, True]))
    add(np.array([True]))
    add(np.array([-5, 5, 50], np.int32))
    add(np.array([-100, 5], np.int64))


def powers_of_two():
    """Where the interval of numbers that read back is lopsided."""
    for start in range(-149, 128, 12):
        add(np.ldexp(np.float32(1), np.arange(start, min(start + 6, 128))))
    for start in range(-1074, 1024, 90):
        add(np.ldexp(1.0, np.arange(start, start + 5)))


def shapes():
    for dtype in DTYPES:
        for shape in [
            (1,),
            (7,),
            (2, 3),
            (3, 1),
            (1, 1, 1),
            (2, 3, 4),
            (2, 1, 2, 3),
            (2, 2, 1, 2, 2),
            (2, 1, 1, 1, 1, 3),
            (30,),
            (2, 40),
            (100,),
        ]:
            add(random_array(dtype, shape))
        for shape in [(0,), (0, 3), (3, 0), (2, 0, 4), (0, 0, 0, 0, 0)]:
            add(np.zeros(shape, dtype))


def summarised():
    for dtype in DTYPES:
        add(random_array(dtype, (1000,)) if dtype is np.uint8 else random_array(dtype, (10, 10)))
        add(random_array(dtype, (1001,)))
    add(np.arange(2000, dtype=np.int32))
    add(np.arange(1500, dtype=np.float32))
    add(np.arange(1200, dtype=np.uint8))
    add((np.arange(1400) % 256).astype(np.uint8).reshape(2, 7, 100))
    add((np.arange(1400) % 3 == 0).reshape(7, 200))
    add((np.arange(1404) % 256).astype(np.uint8).reshape(6, 6, 39))
    add((np.arange(6 * 6 * 6 * 6) % 256).astype(np.uint8).reshape(6, 6, 6, 6))
    add((np.arange(8 * 8 * 8 * 7) % 256).astype(np.uint8).reshape(8, 8, 8, 7))
    add(np.arange(1008, dtype=np.int32).reshape(504, 2))
    add(np.arange(1008, dtype=np.int32).reshape(2, 504))
    add(np.arange(1001, dtype=np.int32).reshape(1001, 1))
    add(np.arange(1001, dtype=np.int32).reshape(1, 1001))
    # Only elements that show decide the width.
    add(np.array([1.0] * 500 + [1e20] + [1.0] * 600, dtype=np.float32))
    add(np.array([1] * 500 + [10**9] + [1] * 600, dtype=np.int32))


def wrapping():
    """Elements of every width against the line's end, also with dtype= on its own line."""
    for width in range(1, 19):
        add(np.full(24, 10 ** (width - 1), dtype=np.int64))
    for count in range(14, 24):
        add(np.arange(100, 100 + count, dtype=np.int32))
        add(np.arange(100, 100 + count, dtype=np.int64))
        add(np.linspace(0, 1, count, dtype=np.float32))
    for count in (20, 25):
        add(rng.normal(size=(2, count)) * 10.0 ** rng.integers(-8, 8, (2, count)))
    add(np.full((2, 2, 30), 12.5, np.float32))
    add(np.zeros((1, 1, 1, 1, 40), np.int32))


def random():
    for dtype in FLOATS:
        for i in range(60):
            add(random_bits(dtype, (int(rng.integers(1, 8)),)))
        for scale in [1e-6, 1e-3, 1, 10, 1e3, 1e5, 1e7, 1e9]:
            for shape in [(5,), (3, 3)]:
                add((rng.normal(size=shape) * scale).astype(dtype))
            add((rng.integers(0, 1000, 5) * scale / 8).astype(dtype))
            add(np.round(rng.uniform(-1, 1, 6), 3).astype(dtype) * dtype(scale))


def of_type(dtype):
    """A type that was added later: with numbers of its own, so that those above stay as they are."""
    global rng, DTYPES, FLOATS
    rng = np.random.default_rng(np.dtype(dtype).num)
    DTYPES, FLOATS = [dtype], [dtype] if issubclass(dtype, np.floating) else []
    if FLOATS:
        for part in PARTS:
            part()
        return
    for size in ["1", "-1", "0", "ends"]:
        info = np.iinfo(dtype)
        values = [info.min, info.max] if size == "ends" else [max(int(size), info.min)]
        add(np.array(values, dtype))
        add(np.array(values[0], dtype))
    for _ in range(20):
        add(random_bits(dtype, (int(rng.integers(1, 40)),)))
    shapes()
    add(random_array(dtype, (1001,)))
    add(np.arange(1400).astype(dtype).reshape(2, 7, 100))
    random()


PARTS = (scalars, edges, powers_of_two, shapes, summarised, wrapping, random)
for part in PARTS:
    part()
of_type(np.int16)
of_type(np.float16)

def complex_numbers(part, dtype):
    """Parts drawn from all arrays of their type so far."""
    parts = [r for r in records if r.startswith(f"== {np.dtype(part).name} ")]
    for i, record in enumerate(parts):
        head, data = record.splitlines()[:2]
        shape = tuple(map(int, filter(None, head.split(" ")[2].split(","))))
        re = np.frombuffer(bytes.fromhex(data), part).reshape(shape)
        im = np.frombuffer(bytes.fromhex(parts[(i * 7 + 3) % len(parts)].splitlines()[1]), part)
        if i % 3 != 0 and im.size >= re.size:
            im = im[: re.size].reshape(shape)
        else:
            im = re[::-1] if re.ndim else -re
        z = np.empty(shape, dtype)
        z.real, z.imag = re, im
        add(z)


complex_numbers(np.float64, np.complex128)
complex_numbers(np.float32, np.complex64)
for integer in (np.int8, np.uint16, np.uint32, np.uint64):
    of_type(integer)
path = pathlib.Path(__file__).parent / "format" / "arrays.txt"
path.write_text(
    f"NumPy {np.__version__}, {len(records)} arrays; written by make_format_goldens.py\n" + "".join(records)
)
print(path, len(records), "arrays")
