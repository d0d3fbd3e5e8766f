"""Array files as NumPy writes them, in the folder `arrays`, and what they hold, in `arrays.json`.

Made with Python 3, NumPy 2.4.6. Numbers stand in the JSON file as text that loses nothing: integers
in decimal, real ones in hexadecimal.
"""

import io
import json
import pathlib
import zipfile

import numpy as np
from numpy.lib import format as npy

folder = pathlib.Path(__file__).parent / "arrays"
folder.mkdir(exist_ok=True)
random = np.random.default_rng(12)

DTYPES = {
    "b1": "bool", "i1": "int32", "i2": "int32", "i4": "int32", "i8": "int64", "u1": "int32",
    "u2": "int32", "u4": "int64", "u8": "int64", "f2": "float32", "f4": "float32", "f8": "float64",
}
good, bad, written = [], [], []


def describe(name, array, member=None):
    array = np.asarray(array)
    # Long arrays are told by every 97th element; the rest is held by the archive's checksum.
    step = 1 if array.size < 200 else 97
    values = array.ravel()[::step]
    text = [float(x).hex() for x in values] if array.dtype.kind == "f" else [str(int(x)) for x in values]
    good.append({
        "file": name, "array": member, "dtype": DTYPES[f"{array.dtype.kind}{array.dtype.itemsize}"],
        "shape": list(array.shape), "step": step, "values": text,
    })


def save(name, array, version=None):
    with open(folder / name, "wb") as file:
        npy.write_array(file, np.asanyarray(array), version=version, allow_pickle=True)


def keep(name, array, version=None):
    save(name, array, version)
    describe(name, array)


def samples(kind):
    dtype = np.dtype(kind)
    if dtype.kind == "b":
        return np.array([[True, False, True], [False, False, True]])
    if dtype.kind == "f":
        info = np.finfo(dtype)
        return np.array([
            0, -0.0, 1, -1.5, 1 / 3, np.nan, np.inf, -np.inf, info.max, info.tiny,
            info.smallest_subnormal, -3 * info.smallest_subnormal], dtype).reshape(3, 4)
    info = np.iinfo(dtype)
    most = min(info.max, 2**63 - 1)
    return np.array([0, 1, 2, 5, most, info.min, most - 1, info.min + 3], dtype).reshape(2, 4)


for kind in DTYPES:
    array = samples(kind)
    keep(f"{kind}.npy", array)
    if array.dtype.itemsize > 1:
        keep(f"{kind}-big-endian.npy", array.astype(">" + kind))
    keep(f"{kind}-fortran.npy", np.asfortranarray(array))
keep("f4-fortran-big-endian.npy", np.asfortranarray(np.arange(24, dtype=">f4").reshape(2, 3, 4)))
keep("i8-fortran-rank-3.npy", np.asfortranarray(np.arange(24).reshape(2, 3, 4)))
keep("version-2.npy", samples("f4"), (2, 0))
keep("version-3.npy", samples("f4"), (3, 0))
keep("rank-0.npy", np.float64(2.5))
keep("rank-0-bool.npy", np.array(True))
keep("empty.npy", np.zeros(0, "f4"))
keep("empty-rows.npy", np.zeros((3, 0, 2), "i4"))
keep("empty-fortran.npy", np.zeros((3, 0, 2), "f8", order="F"))
keep("rank-6.npy", random.normal(size=(1, 2, 1, 3, 1, 2)).astype("f4"))
keep("vector.npy", random.normal(size=7))
# A header of version 2 because it is long, though what it says is short.
text = b"{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }" + b" " * 70_000 + b"\n"
(folder / "long-header.npy").write_bytes(
    b"\x93NUMPY\x02\x00" + len(text).to_bytes(4, "little") + text + b"\1\0\0\0\2\0\0\0")
describe("long-header.npy", np.array([1, 2], "i4"))
# Headers that others write: another order of entries, other quotation marks, no padding.
text = b'{"shape":(3L,),"fortran_order":False,"descr":"f4"}'
(folder / "other-spelling.npy").write_bytes(
    b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text
    + np.array([1, 2.5, -3], "f4").tobytes())
describe("other-spelling.npy", np.array([1, 2.5, -3], "f4"))

# Files that NumPy writes of what Levin writes, compared byte by byte.
for name in ["b1", "i4", "i8", "f4", "f8", "rank-0", "rank-0-bool", "empty", "empty-rows", "rank-6"]:
    written.append(f"{name}.npy")

# Archives.
arrays = {
    "counts": np.arange(5), "empty": np.zeros((0, 2), "f4"), "größe": np.array([[1.25]]),
    "mask": np.array([True, False]), "scalar": np.float64(-1.5),
    "x": random.normal(size=(3, 4)).astype("f4"),
}


def archive(name, members):
    for member, array in members.items():
        describe(name, array, member)


np.savez(folder / "stored.npz", **arrays)
archive("stored.npz", arrays)
np.savez_compressed(folder / "deflated.npz", **arrays)
archive("deflated.npz", arrays)
np.savez(folder / "no-arrays.npz")


def encoded(array):
    buffer = io.BytesIO()
    npy.write_array(buffer, np.asanyarray(array), allow_pickle=True)
    return buffer.getvalue()


class Pipe(io.BytesIO):
    """A stream that cannot go back, so that sizes follow the data."""

    def seekable(self):
        return False

    def seek(self, *_):
        raise io.UnsupportedOperation

    def tell(self):
        raise io.UnsupportedOperation


def zipped(name, members, method=zipfile.ZIP_DEFLATED, level=None, stream=None, comment=b"", extra=()):
    stream = stream or io.BytesIO()
    with zipfile.ZipFile(stream, "w", method, compresslevel=level) as file:
        for member, data in extra:
            file.writestr(zipfile.ZipInfo(member), data)
        for member, array in members.items():
            info = zipfile.ZipInfo(member + ".npy")
            info.compress_type = method
            file.writestr(info, encoded(array), compresslevel=level)
        file.comment = comment
    (folder / name).write_bytes(stream.getvalue())
    return stream.getvalue()


# Frequencies of 2^-k need code words of up to 15 bits; a long run needs overlapping repetitions.
skewed = np.repeat(np.arange(16), [2 ** max(0, 12 - k) for k in range(16)]).astype("i1")
random.shuffle(skewed)
varied = {
    "skewed": skewed, "run": np.zeros(40_000, "i1"), "noise": random.integers(0, 256, 3000).astype("u1"),
    "ramp": np.arange(700), "short": np.array([1.0]),
}
few = {"ramp": varied["ramp"], "short": varied["short"]}
for level in [1, 6, 9]:
    zipped(f"deflated-{level}.npz", varied, level=level)
    archive(f"deflated-{level}.npz", varied)
zipped("plain-blocks.npz", few, level=0)
archive("plain-blocks.npz", few)
zipped("sizes-after-data.npz", few, stream=Pipe())
archive("sizes-after-data.npz", few)
zipped("stored-sizes-after-data.npz", few, method=zipfile.ZIP_STORED, stream=Pipe())
archive("stored-sizes-after-data.npz", few)
zipped("comment.npz", few, comment=b"with PK\5\6 in a comment that goes on for a while longer",
       extra=[("notes.txt", b"nothing"), ("folder/", b"")])
archive("comment.npz", few)
limits = zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 10, 1
zipped("zip64.npz", few)
archive("zip64.npz", few)
zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = limits
# A stored array whose elements are not aligned for their type.
data = encoded(np.arange(4.0))
text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (4,)}"
odd = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + np.arange(4.0).tobytes()
with zipfile.ZipFile(folder / "odd-places.npz", "w") as file:
    file.writestr(zipfile.ZipInfo("x.npy"), odd)
describe("odd-places.npz", np.arange(4.0), "x")

# What cannot be read.


def refuse(name, problem, array=None):
    bad.append({"file": name, "array": array, "problem": problem})


def refused(name, array, problem):
    save(name, array)
    refuse(name, problem)


refused("objects.npy", np.array([{}, None], object), "objects")
refused("records.npy", np.zeros(2, [("a", "f4"), ("b", "i4")]), "records")
refused("complex.npy", np.zeros(2, "c16"), "unsupportedDType(\"<c16\")")
refused("text.npy", np.array(["a", "bc"]), "unsupportedDType(\"<U2\")")
refused("bytes.npy", np.array([b"a"]), "unsupportedDType(\"|S1\")")
refused("dates.npy", np.array(["2020-01-01"], "M8[D]"), "unsupportedDType(\"<M8[D]\")")
refused("long-double.npy", np.zeros(1, np.longdouble), "unsupportedDType(\"<f16\")")
refused("above-int64.npy", np.array([1, 2**63 + 5], "u8"), f"outOfRange({2**63 + 5}, position: 1)")
zipped("bzip2.npz", few, method=zipfile.ZIP_BZIP2)
refuse("bzip2.npz", "unknownCompression(12)", "ramp")
zipped("lzma.npz", few, method=zipfile.ZIP_LZMA)
refuse("lzma.npz", "unknownCompression(14)", "ramp")
data = bytearray(zipped("encrypted.npz", few))
start = data.index(b"PK\1\2")
data[start + 8] |= 1
(folder / "encrypted.npz").write_bytes(data)
refuse("encrypted.npz", "encrypted", "ramp")
data = bytearray((folder / "stored.npz").read_bytes())
data[data.index(b"x.npy") + 200] ^= 1
(folder / "altered.npz").write_bytes(data)
refuse("altered.npz", "badChecksum", "x")
zipped("objects.npz", {"o": np.array([None])})
refuse("objects.npz", "objects", "o")
names = ", ".join(f'"{name}"' for name in arrays)
refuse("stored.npz", f"noSuchArray([{names}])", "y")
refuse("f4.npy", "notAnArchive", "x")
refuse("stored.npz", "notAnArray")

(folder.parent / "arrays.json").write_text(
    "{\n" + ",\n".join(
        json.dumps(key) + ": [\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"
        for key, rows in [("good", good), ("bad", bad), ("written", written)]) + "\n}\n")
