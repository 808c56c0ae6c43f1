"""npz files in every legal dress, written by hand: the bytes of .npy headers and, for one dress, of the zip itself.

numpy's own writer is not used, so that the variants do not stop at what one library happens to write.
"""
import io
import os
import struct
import zipfile
import zlib

import numpy as np


def npy(array, version=(1, 0), order="C", descr=None, shape=None, header=None, body=None, pad=True):
    """The bytes of one .npy; descr, shape, header, body override what the array would give."""
    array = np.asarray(array)
    if header is None:
        if shape is None:
            shape = array.shape
        dims = "(" + "".join(f"{n}, " if len(shape) == 1 else f"{n}, " for n in shape).rstrip(" ") + ")"
        if len(shape) > 1:
            dims = dims.replace(",)", ")")
        descr = repr(descr if descr is not None else array.dtype.str)
        header = f"{{'descr': {descr}, 'fortran_order': {order == 'F'}, 'shape': {dims}, }}"
    header = header.encode("utf-8" if version >= (3, 0) else "latin-1")
    prefix = 10 if version[0] == 1 else 12
    if pad:
        header += b" " * (-(prefix + len(header) + 1) % 64)
    header += b"\n"
    length = struct.pack("<H" if version[0] == 1 else "<I", len(header))
    if body is None:
        body = array.tobytes(order=order)
    return b"\x93NUMPY" + bytes(version) + length + header + body


class Unseekable(io.RawIOBase):
    """Only writes: zipfile must then put the sizes behind each member (data descriptors)."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def writable(self):
        return True

    def seekable(self):
        return False

    def write(self, data):
        return self.file.write(data)

    def close(self):
        self.file.close()
        super().close()


WHEN = (2020, 2, 2, 0, 0, 0)


def write_zip(path, members, deflated=False, zip64=False, streamed=False, comment=b""):
    """members: [(name, bytes)] in the order of the file."""
    target = Unseekable(path) if streamed else path
    with zipfile.ZipFile(target, "w") as z:
        z.comment = comment
        for name, data in members:
            info = zipfile.ZipInfo(name, WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
            with z.open(info, "w", force_zip64=zip64) as f:
                f.write(data)
    if streamed:
        target.close()


def write_zip64(path, members, deflated=False):
    """A zip whose every size and offset lives in zip64 records, as a writer of huge files may do for small ones too."""
    out, central = b"", b""
    for name, data in members:
        name = name.encode()
        method = 8 if deflated else 0
        crc = zlib.crc32(data)
        packed = data
        if deflated:
            c = zlib.compressobj(6, zlib.DEFLATED, -15)
            packed = c.compress(data) + c.flush()
        extra = struct.pack("<HHQQ", 1, 16, len(data), len(packed))
        at = len(out)
        out += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 45, 0, method, 0, 0x5042, crc, 0xFFFFFFFF, 0xFFFFFFFF,
                           len(name), len(extra)) + name + extra + packed
        extra = struct.pack("<HHQQQ", 1, 24, len(data), len(packed), at)
        central += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 45, 45, 0, method, 0, 0x5042, crc, 0xFFFFFFFF,
                               0xFFFFFFFF, len(name), len(extra), 0, 0, 0, 0, 0xFFFFFFFF) + name + extra
    start = len(out)
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, len(members), len(members), len(central), start)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, start + len(central), 1)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    with open(path, "wb") as f:
        f.write(out + central + end64 + locator + end)


# ---- a small task --------------------------------------------------------------------------------------------------

def optimizers(sampler="adam1p_wide_grid", seeds=range(6), width=None):
    names = [f"{sampler}_seed{i}".encode() for i in seeds]
    return np.array(names, f"S{width}" if width else None)


def curves(n_config=6, n_replica=2, n_step=5, seed=7, dtype="<f4"):
    """Losses that only exact reading keeps: many orders of magnitude, negative, non-finite, subnormal, zero of both signs."""
    rng = np.random.RandomState(seed)
    ys = rng.standard_normal((n_config, n_replica, n_step, 4)) * 10.0 ** rng.randint(-30, 30, (n_config, n_replica, n_step, 4))
    ys.flat[3::17] = -3500.25
    odd = [np.nan, np.inf, -np.inf, 1e34, 1e-42, -0.0, 0.0]
    where = rng.permutation(ys.size)[:len(odd)]
    ys.flat[where] = odd[:len(where)]
    return ys.astype(dtype)


def steps(n_step=5, dtype="<i8", every=50):
    return (np.arange(n_step) * every).astype(dtype)


def members(opt=None, xs=None, ys=None, suffix=".npy", order=("optimizers", "xs", "ys"), extra=(), npy_options=None):
    """[(member name, bytes)]; npy_options: {"ys": {"version": (2, 0)}, ...}."""
    arrays = {"optimizers": optimizers() if opt is None else opt, "xs": steps() if xs is None else xs,
              "ys": curves() if ys is None else ys}
    out = []
    for name in order:
        out.append((name + suffix, npy(arrays[name], **(npy_options or {}).get(name, {}))))
    return list(extra) + out


def release_file(root, task="mini_quadratic_family_seed3", set_name="adam1p_wide_grid_1k", last=200, replicas=2):
    folder = os.path.join(root, task)
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, f"{set_name}_{last}_replica{replicas}.npz")


def write_release(root, n_task=2, sets=("adam1p_wide_grid",), n_config=6, n_replica=2, n_step=5, seed=0, dtype="<f4",
                  plain=True):
    """A small release of plausible, falling curves (plain) or of hostile numbers."""
    for t in range(n_task):
        for k, sampler in enumerate(sets):
            rng = np.random.RandomState(seed * 1009 + t * 31 + k)
            if plain:
                rate = rng.uniform(0, 2, (n_config, 1, 1, 1))
                ys = 5 * np.exp(-rate * np.arange(n_step)[None, None, :, None]) + rng.uniform(0, .1, (n_config, n_replica, n_step, 4))
                ys = (ys + rng.uniform(-3, 3)).astype(dtype)
            else:
                ys = curves(n_config, n_replica, n_step, seed + 100 * t + k, dtype)
            path = release_file(root, f"mini_quadratic_family_seed{t}", sampler + "_1k", 50 * (n_step - 1), n_replica)
            write_zip(path, members(optimizers(sampler, range(n_config)), steps(n_step), ys), deflated=True)


def variants():
    """(name, write(path), what the file says as (names, steps, ys)) of every dress."""
    out = []

    def add(name, opt=None, xs=None, ys=None, writer=write_zip, zip_options=None, **member_options):
        opt = optimizers() if opt is None else opt
        xs = steps() if xs is None else xs
        ys = curves() if ys is None else ys

        def write(path):
            writer(path, members(opt, xs, ys, **member_options), **(zip_options or {}))

        out.append((name, write, ([bytes(n).decode() for n in opt], xs, ys)))

    add("stored")
    add("deflated", zip_options={"deflated": True})
    add("zip64 local headers", zip_options={"zip64": True})
    add("zip64 local headers, deflated", zip_options={"zip64": True, "deflated": True})
    add("zip64 everywhere", writer=write_zip64)
    add("zip64 everywhere, deflated", writer=write_zip64, zip_options={"deflated": True})
    add("data descriptors", zip_options={"streamed": True})
    add("data descriptors, deflated", zip_options={"streamed": True, "deflated": True})
    add("data descriptors, deflated, zip64", zip_options={"streamed": True, "deflated": True, "zip64": True})
    add("zip comment", zip_options={"comment": b"made by hand " * 20})
    for version in ((1, 0), (2, 0), (3, 0)):
        add(f"npy {version[0]}.0", npy_options={m: {"version": version} for m in ("optimizers", "xs", "ys")})
    add("npy headers without padding", npy_options={m: {"pad": False} for m in ("optimizers", "xs", "ys")})
    for dtype in ("<f4", ">f4", "<f8", ">f8"):
        for order in "CF":
            add(f"ys {dtype} {order}", ys=curves(dtype=dtype), npy_options={"ys": {"order": order}},
                zip_options={"deflated": dtype[2] == "4"})
    add("ys F order, more configs than a block", opt=optimizers(seeds=range(300)), ys=curves(300, 3, 5),
        npy_options={"ys": {"order": "F"}}, zip_options={"deflated": True})
    for dtype in ("<i4", ">i4", "<i8", ">i8", "|u1", "<u2", ">u2", "<i2", "<u4", ">u4", "<u8", ">u8", "<f4", ">f4", "<f8", ">f8"):
        add(f"xs {dtype}", xs=steps(dtype=dtype))
    add("xs |i1", xs=steps(dtype="|i1", every=10))
    for width in (24, 25, 40, 200):
        add(f"optimizers |S{width}", opt=optimizers(width=max(width, 22)))
    for order in (("ys", "xs", "optimizers"), ("xs", "ys", "optimizers"), ("optimizers", "ys", "xs")):
        add("members in the order " + " ".join(order), order=order)
        add("members in the order " + " ".join(order) + ", deflated", order=order, zip_options={"deflated": True})
    unknown = [("time.npy", npy(np.arange(3.0))), ("README", b"not an array"), ("names.npy", npy(np.array(["a", "b"])))]
    add("unknown members before the known", extra=unknown)
    add("members without .npy", suffix="")
    add("one config", opt=optimizers(seeds=[5]), ys=curves(1, 2, 5))
    add("one replica", ys=curves(6, 1, 5))
    add("one step", xs=steps(1), ys=curves(6, 2, 1))
    add("one of each", opt=optimizers(seeds=[0]), xs=steps(1), ys=curves(1, 1, 1))
    add("seven replicas, 101 steps", xs=steps(101), ys=curves(6, 7, 101), zip_options={"deflated": True})
    add("first step is not 0", xs=np.array([3, 10, 11, 500, 100000]))
    shuffled = [4, 0, 5, 2, 1, 3]
    add("rows shuffled", opt=optimizers(seeds=shuffled))
    add("seeds with gaps, far apart", opt=optimizers(seeds=[999, 7, 12, 100, 0, 99]))
    return out


if __name__ == "__main__":
    import sys
    for name, write, _ in variants():
        path = os.path.join(sys.argv[1], name.replace(" ", "_").replace("|", "") + ".npz")
        write(path)
        with np.load(path) as z:
            print(name, sorted(z.files))
