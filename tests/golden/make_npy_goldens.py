"""Writes npy/: files as NumPy writes them, in every element type, byte order, memory order and container form.

    python3 make_npy_goldens.py          # NumPy and ml_dtypes, which has bfloat16

Element i (row-major) of an array is (37 i mod 101) + 0.25 for floats, 37 i mod 101 for integers, 37 i mod 2 == 1 for
bool; the tests compute the same. File names: `<dtype>_<little|big>_<c|f>_<shape>.npy`.
"""

import io
import pathlib
import zipfile

import ml_dtypes  # noqa: F401: NumPy then knows bfloat16
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "npy"
NAMES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
NAMES += ["float16", "bfloat16", "float32", "float64", "complex64", "complex128"]


def values(name, shape):
    i = np.arange(int(np.prod(shape)), dtype=np.int64) * 37
    if name == "bool":
        flat = i % 2 == 1
    elif name.startswith("complex"):
        flat = (i % 101 + 0.25 + 1j * (i % 7)).astype(name)
    else:
        flat = (i % 101 + (0.25 if "float" in name else 0)).astype(name)
    return flat.reshape(shape)


def npy(array, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def arrays():
    for name in NAMES:
        orders = [("little", "<"), ("big", ">")] if np.dtype(name).itemsize > 1 else [("little", "|")]
        if name == "bfloat16":  # NumPy sees bytes without an order
            orders = orders[:1]
        for order_name, order in orders:
            dtype = np.dtype(name).newbyteorder(order)
            for memory in "CF":
                array = np.asarray(values(name, (2, 3, 4)).astype(dtype), order=memory)
                (FOLDER / f"{name}_{order_name}_{memory.lower()}_2x3x4.npy").write_bytes(npy(array))
        for shape in [(), (5,), (0, 3), (3, 2)]:
            text = "x".join(map(str, shape)) or "scalar"
            (FOLDER / f"{name}_little_c_{text}.npy").write_bytes(npy(values(name, shape)))


def versions():
    (FOLDER / "version_2.npy").write_bytes(npy(values("float32", (2, 3)), (2, 0)))
    (FOLDER / "version_3.npy").write_bytes(npy(values("float32", (2, 3)), (3, 0)))


class Pipe(io.RawIOBase):
    """What cannot seek, so that zipfile writes sizes after the members."""

    def __init__(self):
        self.bytes = b""

    def writable(self):
        return True

    def write(self, data):
        self.bytes += bytes(data)
        return len(data)


def archives():
    members = {
        "a": values("float32", (2, 3)),
        "b": values("int64", (4,)),
        "empty": values("uint8", (0, 3)),
        "half": np.asfortranarray(values("float64", (3, 50))),
        "flag": values("bool", ()),
    }
    np.savez(FOLDER / "stored.npz", **members)
    np.savez_compressed(FOLDER / "deflated.npz", **members)
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, array in members.items():
            archive.writestr(key + ".npy", npy(array))
    (FOLDER / "streamed.npz").write_bytes(pipe.bytes)
    with zipfile.ZipFile(FOLDER / "mixed.npz", "w") as archive:
        archive.comment = b"a comment with PK\5\6 in it"
        archive.writestr("README.txt", "not an array")
        for i, (key, array) in enumerate(members.items()):
            archive.writestr(key + ".npy", npy(array), (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)[i % 2])


FOLDER.mkdir(exist_ok=True)
for part in (arrays, versions, archives):
    part()
print(sum(1 for _ in FOLDER.iterdir()), "files in", FOLDER)
