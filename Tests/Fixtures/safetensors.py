"""Files of the safetensors format, what they hold, and those that its reader refuses, in `safetensors.json`.

Made with Python 3, safetensors 0.8.0, NumPy 2.4.6. The bytes of a file stand in hexadecimal, real numbers as text that
loses nothing. What Levin writes is made here by hand from the documentation of the two formats, and read by the
package. `python safetensors.py FILE ...` reads files that Levin has written, and prints what the package finds.
"""

import json
import pathlib
import struct
import sys
import zlib

import numpy as np

here = pathlib.Path(__file__).parent
# This script bears the name of the package.
sys.path = [p for p in sys.path if pathlib.Path(p or ".").resolve() != here.resolve()]
import safetensors  # noqa: E402
import safetensors.numpy  # noqa: E402

if len(sys.argv) > 1:
    for path in sys.argv[1:]:
        with safetensors.safe_open(path, "np") as file:
            print(path, file.metadata())
            for name in file.keys():
                tensor = file.get_tensor(name)
                print(repr(name), tensor.dtype, tensor.shape, tensor.ravel()[:8])
    sys.exit()


def text(values):
    return [float(x).hex() if isinstance(x, float) else str(int(x)) for x in values]


def packed(header, data=b"", pad=True):
    head = header if isinstance(header, bytes) else json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    if pad:
        head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + data


# Files that the package writes.

CASES = {
    "F64": ("float64", "float64", [0.0, -0.0, 1.5, 5e-324, 1e308, np.inf, -np.inf, np.nan]),
    "F32": ("float32", "float32", [0.0, -0.0, 1.5, 1e-45, 3e38, np.inf, -np.inf, np.nan]),
    "F16": ("float16", "float32", [0.0, -0.0, 1.5, 6e-8, 65504, np.inf, -np.inf, np.nan]),
    "I64": ("int64", "int64", [0, -1, 2**63 - 1, -(2**63), 7, 8]),
    "I32": ("int32", "int32", [0, -1, 2**31 - 1, -(2**31)]),
    "I16": ("int16", "int32", [0, -1, 2**15 - 1, -(2**15)]),
    "I8": ("int8", "int32", [0, -1, 127, -128]),
    "U64": ("uint64", "int64", [0, 1, 2**63 - 1]),
    "U32": ("uint32", "int64", [0, 1, 2**32 - 1]),
    "U16": ("uint16", "int32", [0, 1, 2**16 - 1]),
    "U8": ("uint8", "int32", [0, 1, 255]),
    "BOOL": ("bool", "bool", [0, 1, 1, 0]),
}
good = []


def add(data, expected, metadata=None):
    found = dict(safetensors.deserialize(data))
    assert set(found) == {t["name"] for t in expected}, found
    good.append({"file": data.hex(), "tensors": expected, "metadata": metadata or {}})


def tensor(name, dtype, shape, values, stored):
    return {"name": name, "dtype": dtype, "shape": shape, "values": text(values), "stored": stored}


for stored, (numpy_dtype, dtype, values) in CASES.items():
    array = np.array(values).astype(numpy_dtype) if stored != "U64" else np.array(values, np.uint64)
    plain = [float(x) if dtype.startswith("float") else int(x) for x in array]
    file = safetensors.numpy.save({"x": array.reshape(-1, 1), "scalar": array[1:2].reshape(()), "none": array[:0].reshape(0, 3)})
    add(file, [
        tensor("x", dtype, [len(values), 1], plain, stored),
        tensor("scalar", dtype, [], plain[1:2], stored),
        tensor("none", dtype, [0, 3], [], stored)])

bits = [0x0000, 0x8000, 0x3FC0, 0x7F80, 0xFF80, 0x7FC0, 0x0001, 0x7F7F]
wide = [float(x) for x in (np.array(bits, np.uint32) << 16).view(np.float32)]
file = packed({"x": {"dtype": "BF16", "shape": [8], "data_offsets": [0, 16]}}, np.array(bits, np.uint16).tobytes())
add(file, [tensor("x", "float32", [8], wide, "BF16")])

names = ["", "a b", "weight\"quoted\\", "\u00e9", "e\u0301", "\U0001f600", "line\nfeed\u0001\u007f", "a/b.c", "\u0000"]
arrays = {name: np.float32([index]) for index, name in enumerate(names)}
metadata = {"epoch": "3", "\u00e9\n": "\"\\\u0000\U0001f600", "": ""}
add(safetensors.numpy.save(arrays, metadata),
    [tensor(n, "float32", [1], [float(i)], "F32") for i, n in enumerate(names)], metadata)
add(safetensors.numpy.save({}), [])
# What other writers do: blanks, escapes, another order of fields and of data, fields of their own.
other = rb'''{ "\u0061\ud83d\ude00" :{"extra":[1,{"a":null}],"data_offsets":[ 4, 8 ],"shape":[1],"dtype":"F32"},
	"b":{"dtype":"I32","shape":[1,1],"data_offsets":[0,4]}}'''
add(packed(other, struct.pack("<if", -5, 2.5)), [
    tensor("a\U0001f600", "float32", [1], [2.5], "F32"), tensor("b", "int32", [1, 1], [-5], "I32")])
add(packed(b'{"x":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}', b"\0\1\1", pad=False),
    [tensor("x", "bool", [3], [0, 1, 1], "BOOL")])

# Files that the package refuses.

bad = []


def refuse(problem, data, refused=True):
    """`refused` is whether the package refuses the file too."""
    try:
        safetensors.deserialize(data)
    except Exception:
        assert refused, problem
    else:
        assert not refused, (problem, data)
    bad.append({"problem": problem, "file": data.hex()})


def info(dtype="F32", shape=(2,), ends=(0, 8), **others):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(ends), **others}


eight = struct.pack("<2f", 1, 2)
refuse("cut", b"")
refuse("cut", b"\x08\0\0")
refuse("cut", packed({"x": info()}, eight)[:40])
refuse("cut", packed({"x": info()}, eight[:7]))
refuse("cut", packed({"x": info()}))
refuse("trailingBytes", packed({"x": info()}, eight + b"\0"))
refuse("notSafeTensors", b"\x93NUMPY\x01\x00 and so on, a file of another kind")
refuse("notSafeTensors", b"PK\x03\x04 and so on, a file of another kind")
refuse("notSafeTensors", b'{"x": 1, "y": [1, 2, 3]}')
refuse("notSafeTensors", bytes(64))
refuse("notSafeTensors", packed(b"[] "))
# The format's description wants the brace first; the package does not look.
refuse("notSafeTensors", packed(b'  {"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', eight), refused=False)
refuse("headerTooLarge", struct.pack("<Q", 100_000_001) + b"{}")
refuse("headerTooLarge", struct.pack("<Q", 1 << 62) + b'{"x":')
for shape in ([3], [1], [], [2, 0], [2, 2]):
    refuse("badHeader", packed({"x": info(shape=shape)}, eight))
refuse("tooLarge", packed({"x": info(shape=[1 << 62, 1 << 62])}, eight))
refuse("tooLarge", packed({"x": info(shape=[1 << 62, 1 << 62, 0], ends=(0, 0))}))
for ends in ([4, 12], [8, 0], [0, 1 << 62], [-8, 0], [0], [0, 8, 8], [0.0, 8], ["0", "8"]):
    refuse("badHeader", packed({"x": info(ends=ends)}, eight))
refuse("badHeader", packed({"x": info(), "y": info()}, eight))
refuse("badHeader", packed({"x": info(), "y": info(ends=(4, 12))}, eight + eight))
refuse("badHeader", packed({"x": info(), "y": info(ends=(12, 20))}, eight * 3))
one = b'"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
# The package keeps one of two tensors of a name without a word.
refuse("badHeader", packed(b"{" + one + b"," + one + b"}", eight), refused=False)
refuse("badHeader", packed(b'{"x":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', eight))
for text_ in [
    b"{" + one, b"{" + one + b"} x", b"{" + one + b",}", b"{x:1}", b"{\"x\":null}", b"{\"x\":{}}", b"{\"x\":1}",
    one.join([b"{", b"}"]).replace(b"F32", b"F\xff2"), one.join([b"{", b"}"]).replace(b"x", b"\\ud800"),
    one.join([b"{", b"}"]).replace(b"x", b"\\q"), one.join([b"{", b"}"]).replace(b"x", b"a\nb"),
    one.join([b"{", b"}"]).replace(b"[2]", b"[02]"), one.join([b"{", b"}"]).replace(b"[2]", b"[2.0]"),
    one.join([b"{", b"}"]).replace(b"[2]", b"[-2]"), one.join([b"{", b"}"]).replace(b"[2]", b"[2"),
    one.join([b"{", b"}"]).replace(b"[2]", b"[1e400]"), one.join([b"{", b"}"]).replace(b"[2]", b"[99999999999999999999]"),
    b'{"__metadata__":{"a":1},' + one + b"}", b'{"__metadata__":[],' + one + b"}",
    b"{" + one[:-1] + b',"z":' + b"[" * 5000 + b"]" * 5000 + b"}}",
]:
    refuse("badHeader", packed(text_, eight))

# Files as Levin writes them: larger elements first, the header in the order given.

written = []
x, y, z = np.float32([[1, 2], [3, 4]]), np.float64([0.1]), np.array([True, False, True])
plain = safetensors.numpy.save({"a": x, "b": x[0] * 2}, {"kind": "small"})
written.append({"name": "plain", "file": plain.hex()})
mixed = packed({
    "__metadata__": {"a": "1", "b": "\u00e9\n\"\\\u0001"},
    "z": info("BOOL", [3], [24, 27]), "x": info("F32", [2, 2], [8, 24]), "y": info("F64", [1], [0, 8]),
}, y.tobytes() + x.tobytes() + z.tobytes())
assert safetensors.numpy.load(mixed)["x"].tolist() == x.tolist()
assert safetensors.numpy.load(mixed)["z"].tolist() == z.tolist()
written.append({"name": "mixed", "file": mixed.hex()})

# A checkpoint as the documentation of `Checkpoint` describes it.

run = {
    "epoch": 3, "large": {"$integer": "9007199254740993"}, "rate": 0.1, "worst": {"$real": "0x7ff0000000000000"},
    "zero": {"$real": "0x8000000000000000"}, "done": True, "$$name": "\u00e9", "moments": [{"$tensor": None}, []],
    "a/b": {"~": {"$tensor": None}},
}
tensors = {
    "rawRate": np.float32([1.5]), "count": np.int64(7), "levin/model/extraState/seen": np.int32([1, 2]),
    "levin/run/moments/0": np.float64([0.25, 0.5]), "levin/run/a~1b/~0": np.float32([]),
}


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


kinds = {"float32": "F32", "float64": "F64", "int32": "I32", "int64": "I64"}
order = sorted(tensors, key=lambda name: -tensors[name].itemsize)
starts, data = {}, b""
for name in order:
    starts[name] = len(data)
    data += tensors[name].tobytes()
sums = "".join(f"{zlib.crc32(tensor.tobytes()):08x}" for tensor in tensors.values())
zeros = packed({
    "__metadata__": {
        "levin/format": "1", "levin/version": "0.0.0", "levin/instructionSet": "any", "levin/matrixBackend": "none",
        "levin/created": "2026-01-31T12:00:00Z",
        "levin/model": compact({"extraState": {"seen": {"$tensor": None}, "steps": 5}}), "levin/run": compact(run),
        "levin/checksums": "00000000" + sums},
    **{name: info(kinds[str(a.dtype)], a.shape, (starts[name], starts[name] + a.nbytes)) for name, a in tensors.items()},
})
sealed = zeros.replace(b'"00000000' + sums.encode(), f'"{zlib.crc32(zeros):08x}{sums}'.encode())
checkpoint = sealed + data
assert safetensors.numpy.load(checkpoint)["levin/run/moments/0"].tolist() == [0.25, 0.5]
written.append({"name": "checkpoint", "file": checkpoint.hex()})

(here / "safetensors.json").write_text(
    json.dumps({"good": good, "bad": bad, "written": written}, indent=1, ensure_ascii=True) + "\n")
print(len(good), "good files,", len(bad), "refused,", len(written), "written")
