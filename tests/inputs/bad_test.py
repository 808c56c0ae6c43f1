"""Bad inputs and wrong invocations, one row each.

A row prepares files in a fresh folder, runs one command there, and states the exit code and the words that the message
must hold (any case; a tuple: one of them). Always checked: stderr is exactly one line that begins `hyperlist COMMAND: `
(`lines=None`: notes may come before), stdout is empty, and the folder is afterwards as it was: no output, no temporary, no part, nothing changed.

`note` says where a row rests on judgement rather than on the design's letter; such a row may allow several codes."""
import gzip
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
from make_npz import members, npy, write_zip
from make_scores import write_scores
from tap import done, good, need_program, ok, read_bytes, run, skip, temporary

SET = "adam1p_wide_grid_1k"
NPZ = SET + "_200_replica2.npz"
TASK = "mini_quadratic_family_seed3"
RATES = [1.0366346546195564e-06, 8.476512504651324e-06]
KIT = None  # good files made once: r/ (a release), a.h5, s.h5, l.json

ROWS = []


def row(name, args, code, words=(), setup=None, **more):
    """more: note, lines (None: any number), stdout (a path), check (called with the folder), prefix, env, root (False: not as root)."""
    ROWS.append((name, args.split("|") if isinstance(args, str) else args, code if isinstance(code, tuple) else (code,),
                 [words] if isinstance(words, str) or words and isinstance(words, tuple) else list(words), setup, more))


# ---- setups --------------------------------------------------------------------------------------------------------

def kit(*names):
    def setup(folder):
        for name in names:
            source = os.path.join(KIT, name)
            (shutil.copytree if os.path.isdir(source) else shutil.copy)(source, os.path.join(folder, name))
    return setup


def put(name, data):
    def setup(folder):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
    return setup


def both(*setups):
    def setup(folder):
        for s in setups:
            s(folder)
    return setup


def npz(zip_options=None, path=f"{TASK}/{NPZ}", after=None, **options):
    """A released file with something wrong: options of make_npz.members; after: bytes -> bytes."""
    def setup(folder):
        full = os.path.join(os.fsencode(folder), path) if isinstance(path, bytes) else os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        parts = options.get("parts") or members(**options)
        plain = os.path.join(folder, "plain.zip")
        write_zip(plain, parts, **(zip_options or {}))
        data = read_bytes(plain)
        os.remove(plain)
        with open(full, "wb") as f:
            f.write(after(data) if after else data)
    return setup


def ys_npy(**options):
    """A file whose ys member is made by npy() with options."""
    array = options.pop("array", None)
    array = make_npz.curves() if array is None else array
    return npz(parts=[("optimizers.npy", npy(make_npz.optimizers())), ("xs.npy", npy(make_npz.steps())), ("ys.npy", npy(array, **options))])


def patched(field, value, central):
    """The 16-bit field at offset `field` (of the local header; of the central one) of every member."""
    def after(data):
        data = bytearray(data)
        for magic, at in ((b"PK\3\4", field), (b"PK\1\2", central)):
            i = data.find(magic)
            while i >= 0:
                struct.pack_into("<H", data, i + at, value)
                i = data.find(magic, i + 4)
        return bytes(data)
    return after


def flipped(data):
    """One bit of the stored curves (the CRC no longer fits)."""
    at = data.find(b"\x93NUMPY", data.find(b"ys.npy")) + 400
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:]


def element(loss="[3, 2, 1]", seed=0, hp=None, valid=None, test=None):
    hp = hp or '{"learning_rate": %r}' % RATES[seed]
    return '{"hp": %s, "train": {"loss": %s}, "valid": {"loss": %s}, "test": {"loss": %s}}' % (hp, loss, valid or loss, test or loss)


def curves_json(text):
    return put("FixedX.json", text)


def change_h5(name, change):
    """A good HDF5 file of the kit, changed by h5py."""
    def setup(folder):
        kit(name)(folder)
        with h5py.File(os.path.join(folder, name), "r+") as f:
            change(f)
    return setup


def drop(path):
    def change(f):
        del f[path]
    return change


def attribute(name, value):
    def change(f):
        f.attrs[name] = value
    return change


def replace(path, make):
    def change(f):
        old = f[path][()]
        del f[path]
        f[path] = make(old)
    return change


def change_list(change):
    def setup(folder):
        kit("l.json", "s.h5")(folder)
        path = os.path.join(folder, "l.json")
        with open(path) as f:
            value = json.load(f)
        value = change(value) or value
        with open(path, "w") as f:
            json.dump(value, f)
    return setup


def set_in(*path, value):
    def change(x):
        for key in path[:-1]:
            x = x[key]
        x[path[-1]] = value
    return change


def truncated(name, keep):
    """keep: bytes, or a share of the file."""
    def setup(folder):
        kit(name)(folder)
        path = os.path.join(folder, name)
        data = read_bytes(path)
        with open(path, "wb") as f:
            f.write(data[:int(keep * len(data)) if isinstance(keep, float) else keep])
    return setup


# ---- ingest: the zip -----------------------------------------------------------------------------------------------

IN = f"ingest|-o|o.h5|{TASK}/{NPZ}"
row("npz: half of the zip", IN, 4, NPZ, npz(after=lambda d: d[:len(d) // 2]))
row("npz: the last byte of the zip is missing", IN, 4, NPZ, npz(after=lambda d: d[:-1]))
row("npz: empty file", IN, 4, NPZ, npz(after=lambda d: b""))
row("npz: wrong magic", IN, 4, NPZ, npz(after=lambda d: b"XX" + b"not a zip at all " * 20))
row("npz: wrong magic, format named", f"ingest|--format|taskset-npz|-o|o.h5|{TASK}/{NPZ}", 4, NPZ, npz(after=lambda d: b"not a zip"))
row("npz: CRC of a member", IN, 4, [NPZ, ("crc", "checksum")], npz(after=flipped))
row("npz: CRC of a member, in a folder", f"ingest|-o|o.h5|.", 4, NPZ, npz(after=flipped))
row("npz: broken deflate stream", IN, 4, NPZ, npz(zip_options={"deflated": True}, after=lambda d: d.replace(
    d[d.find(b"ys.npy") + 40:d.find(b"ys.npy") + 60], b"\xff" * 20, 1)))
row("npz: encrypted", IN, 4, [NPZ, "encrypt"], npz(after=patched(6, 1, 8)))
row("npz: unsupported compression method", IN, 4, [NPZ, "method"], npz(after=patched(8, 98, 10)))
for name in ("optimizers", "xs", "ys"):
    row(f"npz: no member {name}", IN, 4, [NPZ, name], npz(order=[n for n in ("optimizers", "xs", "ys") if n != name]))
row("npz: no member at all", IN, 4, NPZ, npz(parts=[("README", b"x")]))

# ---- ingest: the npy -----------------------------------------------------------------------------------------------

row("npy: claims 2^60 rows", IN, 4, [NPZ, ("1152921504606846976", "ys")], ys_npy(shape=(1 << 60, 2, 5, 4)))
row("npy: sizes overflow", IN, 4, [NPZ, "ys"], ys_npy(shape=(1 << 40, 1 << 40, 5, 4)))
row("npy: a size beyond 64 bits", IN, 4, [NPZ, "ys"], ys_npy(shape=(1 << 70, 2, 5, 4)))
row("npy: a negative size", IN, 4, [NPZ, "ys"], ys_npy(shape=(-6, 2, 5, 4)))
row("npy: more than its bytes hold", IN, 4, [NPZ, "ys"], ys_npy(shape=(7, 2, 5, 4)))
row("npy: member ends inside the header", IN, 4, [NPZ, "ys"], npz(parts=members()[:2] + [("ys.npy", npy(make_npz.curves())[:20])]))
row("npy: member ends inside the data", IN, 4, [NPZ, "ys"], npz(parts=members()[:2] + [("ys.npy", npy(make_npz.curves())[:-3])]))
row("npy: header longer than the member", IN, 4, [NPZ, "ys"], npz(parts=members()[:2] + [("ys.npy", b"\x93NUMPY\2\0\xff\xff\xff\x7f{'descr'")]))
row("npy: version 9.0", IN, 4, [NPZ, "ys"], ys_npy(version=(9, 0)))
row("npy: header is no dictionary", IN, 4, [NPZ, "ys"], ys_npy(header="shape=(6, 2, 5, 4)"))
row("npy: header lacks fortran_order", IN, 4, [NPZ, "ys"], ys_npy(header="{'descr': '<f4', 'shape': (6, 2, 5, 4), }"))
row("npy: header lacks shape", IN, 4, [NPZ, "ys"], ys_npy(header="{'descr': '<f4', 'fortran_order': False, }"))
row("npy: header never ends", IN, 4, [NPZ, "ys"], ys_npy(header="{'descr': '<f4', 'fortran_order': False, 'shape': (6, 2, 5, 4"))
row("npy: object dtype", IN, 4, [NPZ, ("|O", "object")], ys_npy(descr="|O"))
row("npy: pickled member", IN, 4, [NPZ, "ys"], npz(parts=members()[:2] + [("ys.npy", b"\x80\x04\x95\x0a\0\0\0\0\0\0\0]\x94(K\1K\2K\3e.")]))
row("npy: complex losses", IN, 4, [NPZ, "c16"], ys_npy(array=make_npz.curves().astype("<c16")))
row("npy: integer losses", IN, 4, [NPZ, "i4"], ys_npy(array=np.ones((6, 2, 5, 4), "<i4")))
row("npy: half-precision losses", IN, 4, [NPZ, "f2"], ys_npy(array=np.ones((6, 2, 5, 4), "<f2")))
row("npy: structured dtype", IN, 4, [NPZ, "ys"], ys_npy(header="{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (6, 2, 5, 4), }"))
row("npz: more curves than optimizers", IN, 4, [NPZ, "6", "5"], npz(opt=make_npz.optimizers(seeds=range(5))))
row("npz: fewer curves than optimizers", IN, 4, [NPZ, "6", "7"], npz(opt=make_npz.optimizers(seeds=range(7))))
row("npz: xs of another length", IN, 4, [NPZ, "xs"], npz(xs=make_npz.steps(4)))
row("npz: ys of three dimensions", IN, 4, [NPZ, "ys"], npz(ys=make_npz.curves()[..., 0]))
row("npz: ys of five dimensions", IN, 4, [NPZ, "ys"], npz(ys=make_npz.curves()[..., None]))
row("npz: three splits", IN, 4, [NPZ, "3"], npz(ys=make_npz.curves()[..., :3]))
row("npz: five splits", IN, 4, [NPZ, "5"], npz(ys=np.ones((6, 2, 5, 5), "<f4")))
row("npz: xs of two dimensions", IN, 4, [NPZ, "xs"], npz(xs=make_npz.steps().reshape(1, 5)))
row("npz: xs of text", IN, 4, [NPZ, "xs"], npz(xs=np.array([b"0", b"1", b"2", b"3", b"4"])))
row("npz: optimizers are numbers", IN, 4, [NPZ, "optimizers"], npz(opt=np.arange(6)))
row("npz: no configs", IN, 4, NPZ, npz(opt=np.array([], "S24"), ys=np.zeros((0, 2, 5, 4), "<f4")), note="nothing to store is no curve file")
row("npz: no replicas", IN, 4, NPZ, npz(ys=np.zeros((6, 0, 5, 4), "<f4")), note="as above")
row("npz: no steps", IN, 4, NPZ, npz(xs=make_npz.steps(0), ys=np.zeros((6, 2, 0, 4), "<f4")), note="as above")
row("npz: NaN in xs", IN, 4, [NPZ, "xs", "nan"], npz(xs=np.array([0, 50, np.nan, 150, 200])))
row("npz: infinite xs", IN, 4, [NPZ, "xs", "inf"], npz(xs=np.array([0, 50, 100, 150, np.inf])))
row("npz: unsorted steps", IN, 4, [NPZ, "xs"], npz(xs=np.array([0, 100, 50, 150, 200])))
row("npz: a step twice", IN, 4, [NPZ, "xs", "50"], npz(xs=np.array([0, 50, 50, 150, 200])))
row("npz: a config twice", IN, 4, [NPZ, "adam1p_wide_grid_seed3"], npz(opt=make_npz.optimizers(seeds=[0, 1, 3, 4, 3, 5])))
row("npz: a nameless config", IN, 4, NPZ, npz(opt=np.array([b"adam1p_wide_grid_seed0", b"", b"adam1p_wide_grid_seed2", b"adam1p_wide_grid_seed3", b"adam1p_wide_grid_seed4", b"adam1p_wide_grid_seed5"])))
row("npz: a config of another sampler", IN, 4, [NPZ, "adam4p_wide_grid_seed2"], npz(opt=np.array([b"adam1p_wide_grid_seed0", b"adam1p_wide_grid_seed1", b"adam4p_wide_grid_seed2", b"adam1p_wide_grid_seed3", b"adam1p_wide_grid_seed4", b"adam1p_wide_grid_seed5"])))
row("npz: a config of no sampler", IN, 4, [NPZ, "momentum_seed2"], npz(opt=np.array([b"adam1p_wide_grid_seed0", b"momentum_seed2", b"adam1p_wide_grid_seed2", b"adam1p_wide_grid_seed3", b"adam1p_wide_grid_seed4", b"adam1p_wide_grid_seed5"])))
row("npz: a config without a number", IN, 4, [NPZ, "adam1p_wide_grid_seedx"], npz(opt=np.array([b"adam1p_wide_grid_seedx"] + [b"adam1p_wide_grid_seed%d" % i for i in range(1, 6)])))
row("npz: a seed beyond 32 bits", IN, 4, [NPZ, "seed99999999999"], npz(opt=np.array([b"adam1p_wide_grid_seed99999999999"] + [b"adam1p_wide_grid_seed%d" % i for i in range(1, 6)])),
    note="the generator takes 32-bit seeds")
row("npz: a config name that is not UTF-8", IN, 4, NPZ, npz(opt=np.array([b"adam1p_wide_grid_seed\xff"] + [b"adam1p_wide_grid_seed%d" % i for i in range(1, 6)])))
row("npz: a task folder that is not UTF-8", ["ingest", "-o", "o.h5", b"t\xe4sk/" + NPZ.encode()], 4, NPZ, npz(path=b"t\xe4sk/" + NPZ.encode()))
row("npz: unknown set", "ingest|-o|o.h5|t/mystery_1k_200_replica2.npz", 2, "mystery_1k", npz(path="t/mystery_1k_200_replica2.npz", opt=make_npz.optimizers("mystery")),
    note="an unknown set is usage: --configs would make it known")
row("npz: unknown set by --set", f"ingest|--set|mystery_1k|-o|o.h5|{TASK}/{NPZ}", (2, 4), "mystery", npz())

# ---- ingest: sources and outputs -----------------------------------------------------------------------------------

row("ingest: nothing there", "ingest|-o|o.h5|nowhere.npz", 3, "nowhere.npz")
row("ingest: one of two is not there", f"ingest|-o|o.h5|{TASK}/{NPZ}|nowhere", 3, "nowhere", npz())
row("ingest: unreadable", IN, 3, NPZ, both(npz(), lambda d: os.chmod(os.path.join(d, TASK, NPZ), 0)), root=False)
row("ingest: a dangling link", IN, 3, NPZ, lambda d: (os.mkdir(os.path.join(d, TASK)), os.symlink("gone", os.path.join(d, TASK, NPZ))))
row("ingest: an empty folder", "ingest|-o|o.h5|empty", 4, "empty", lambda d: os.mkdir(os.path.join(d, "empty")))
row("ingest: a folder of empty folders", "ingest|-o|o.h5|empty", 4, "empty", lambda d: os.makedirs(os.path.join(d, "empty", "a", "b")))
row("ingest: only foreign files", "ingest|-o|o.h5|f", 4, "f", both(put("f/readme.txt", "x"), put("f/data.bin", b"\0\1\2")), lines=None)
row("ingest: a foreign file by name", "ingest|-o|o.h5|readme.txt", 4, "readme.txt", put("readme.txt", "hello\n"))
row("ingest: a good and a bad file in a folder", "ingest|-o|o.h5|.", 4, "mini_b", both(npz(path=f"mini_a/{NPZ}"), npz(path=f"mini_b/{NPZ}", after=lambda d: d[:50])))
row("ingest: two files that contradict", f"ingest|-o|o.h5|a/{TASK}/{NPZ}|b/{TASK}/{NPZ}", 4, [NPZ, TASK],
    both(npz(path=f"a/{TASK}/{NPZ}"), npz(path=f"b/{TASK}/{NPZ}", ys=make_npz.curves(seed=8))))
row("ingest: an archive that contradicts", "ingest|-o|a.h5|other", 4, NPZ, both(kit("a.h5"), npz(path=f"other/mini_quadratic_family_seed0/{NPZ}")))
row("ingest: the same task with other steps", f"ingest|-o|o.h5|a/{TASK}/{NPZ}|b/{TASK}/{NPZ}", 4, NPZ,
    both(npz(path=f"a/{TASK}/{NPZ}"), npz(path=f"b/{TASK}/{NPZ}", xs=make_npz.steps(every=60), opt=make_npz.optimizers(seeds=range(6, 12)))))
row("ingest: the same task with more steps", f"ingest|-o|o.h5|a/{TASK}/{NPZ}|b/{TASK}/{NPZ}", 4, NPZ,
    both(npz(path=f"a/{TASK}/{NPZ}"), npz(path=f"b/{TASK}/{NPZ}", xs=make_npz.steps(6), ys=make_npz.curves(6, 2, 6), opt=make_npz.optimizers(seeds=range(6, 12)))))
row("ingest: /dev/full", f"ingest|-o|/dev/full|{TASK}/{NPZ}", 3, "/dev/full", npz())
row("ingest: a pipe", f"ingest|-o|pipe|{TASK}/{NPZ}", 3, "pipe", both(npz(), lambda d: os.mkfifo(os.path.join(d, "pipe"))))
row("ingest: output is a folder", f"ingest|-o|dir|{TASK}/{NPZ}", 3, "dir", both(npz(), lambda d: os.mkdir(os.path.join(d, "dir"))))
row("ingest: output in no folder", f"ingest|-o|no/o.h5|{TASK}/{NPZ}", 3, "o.h5", npz())
row("ingest: output is a text file", f"ingest|-o|o.txt|{TASK}/{NPZ}", 4, "o.txt", both(npz(), put("o.txt", "my notes\n")))
row("ingest: output is an empty file", f"ingest|-o|o.h5|{TASK}/{NPZ}", 4, "o.h5", both(npz(), put("o.h5", "")), note="it is no archive at all")
row("ingest: output is a scores file", f"ingest|-o|s.h5|{TASK}/{NPZ}", 4, ["s.h5", "hyperlist.scores/1"], both(npz(), kit("s.h5")))
row("ingest: output is a newer archive", f"ingest|-o|a.h5|{TASK}/{NPZ}", 4, ["a.h5", "hyperlist.archive/2"], both(npz(), change_h5("a.h5", attribute("schema", "hyperlist.archive/2"))))
row("ingest: output is half an archive", f"ingest|-o|a.h5|{TASK}/{NPZ}", 4, "a.h5", both(npz(), truncated("a.h5", .5)))
row("ingest: no -o", f"ingest|{TASK}/{NPZ}", 2, "-o", npz())
row("ingest: no source", "ingest|-o|o.h5", 2, "source")
row("ingest: unknown option", f"ingest|--frob|-o|o.h5|{TASK}/{NPZ}", 2, "--frob", npz())
row("ingest: unknown format", f"ingest|--format|foo|-o|o.h5|{TASK}/{NPZ}", 2, "foo", npz())
row("ingest: another format than the file's", f"ingest|--format|curves-json|--set|{SET}|-o|o.h5|{TASK}/{NPZ}", 4, NPZ, npz())
row("ingest: -j 0", f"ingest|-j|0|-o|o.h5|{TASK}/{NPZ}", 2, ("-j", "threads"), npz())
row("ingest: -j x", f"ingest|-j|x|-o|o.h5|{TASK}/{NPZ}", 2, ["x"], npz())
row("ingest: -j -3", f"ingest|-j|-3|-o|o.h5|{TASK}/{NPZ}", 2, ["-3"], npz())
row("ingest: -o without its value", f"ingest|{TASK}/{NPZ}|-o", 2, "-o", npz())
row("ingest: --configs not there", f"ingest|--configs|c.json|-o|o.h5|{TASK}/{NPZ}", 3, "c.json", npz())
row("ingest: --configs broken", f"ingest|--configs|c.json|-o|o.h5|{TASK}/{NPZ}", 4, "c.json", both(npz(), put("c.json", '{"a": [')))
row("ingest: --configs is an array", f"ingest|--configs|c.json|-o|o.h5|{TASK}/{NPZ}", 4, "c.json", both(npz(), put("c.json", "[1, 2]")))
row("ingest: --configs lacks a name", "ingest|--configs|c.json|-o|o.h5|t/mine_200_replica2.npz", 4, "mine_seed1",
    both(npz(path="t/mine_200_replica2.npz", opt=make_npz.optimizers("mine")), put("c.json", '{"mine_seed0": [{"lr": 0.1}, "mine"]}')))
row("ingest: --configs with text for a number", "ingest|--configs|c.json|-o|o.h5|t/mine_200_replica2.npz", 4, "c.json",
    both(npz(path="t/mine_200_replica2.npz", opt=make_npz.optimizers("mine", [0]), ys=make_npz.curves(1)), put("c.json", '{"mine_seed0": [{"lr": "fast"}, "mine"]}')))

# ---- ingest: JSON --------------------------------------------------------------------------------------------------

JS = f"ingest|-o|o.h5|--set|{SET}|FixedX.json"


def bad_json(name, text, words=(), code=4, **more):
    row("json: " + name, JS, code, ["FixedX.json", *([words] if words and isinstance(words, (str, tuple)) else words)], curves_json(text), **more)


bad_json("empty file", "")
bad_json("blank file", " \n")
bad_json("empty array", "[]")
bad_json("not an array", '{"a": 1}')
bad_json("a number", "42")
bad_json("element is no object", "[1, 2]")
bad_json("unequal lengths of splits", "[" + element(valid="[3, 2]") + "]", ("valid", "train"))
bad_json("unequal lengths of elements", "[" + element() + ", " + element("[3, 2, 1, 0]", 1) + "]", ["1"])
bad_json("an empty curve", "[" + element("[]") + "]")
bad_json("hp missing", "[" + element().replace('"hp"', '"ph"') + "]", "hp")
bad_json("hp contradicts the name", "[" + element(hp='{"learning_rate": 0.001}') + "]", "learning_rate")
bad_json("hp of another row", "[" + element(seed=1) + "]", "learning_rate")
bad_json("hp lacks a value", "[" + element(hp="{}") + "]", "learning_rate")
bad_json("hp is an array", "[" + element(hp="[1]") + "]", ("hp", "column"))
bad_json("hp with text for a number", "[" + element(hp='{"learning_rate": "1e-3"}') + "]", ("learning_rate", "column"))
bad_json("no loss", "[" + element().replace('"loss"', '"error"') + "]", ())
bad_json("no split at all", '[{"hp": {"learning_rate": %r}}]' % RATES[0])
bad_json("loss is a number", "[" + element("3") + "]", ("loss", "column"))
bad_json("loss holds text", "[" + element('[3, "2", 1]') + "]", ("loss", "column"))
bad_json("loss holds true", "[" + element("[3, true, 1]") + "]", ("loss", "column"))
bad_json("loss holds an array", "[" + element("[3, [2], 1]") + "]", ("loss", "column"))
bad_json("two values", "[" + element() + "] []")
bad_json("text after the value", "[" + element() + "] x")
bad_json("trailing comma", "[" + element() + ",]")
bad_json("trailing comma in a curve", "[" + element("[3, 2, 1,]") + "]")
bad_json("missing comma", "[" + element("[3 2 1]") + "]")
bad_json("truncated", ("[" + element() + "]")[:60])
bad_json("truncated after an element", "[" + element())
bad_json("deep nesting", "[" * 200000)
bad_json("deep nesting in an unknown key", '[{"x": ' + "[" * 200000 + "]" * 200000 + ", " + element()[1:] + "]",
         note="a limit on depth is the only guard of a recursive reader", code=(4, 6))
bad_json("bad escape", "[" + element().replace('"hp"', '"n\\q": 1, "hp"') + "]")
bad_json("bad unicode escape", "[" + element().replace('"hp"', '"n\\u12g4": 1, "hp"') + "]")
bad_json("control character in a string", "[" + element().replace('"hp"', '"n\x01": 1, "hp"') + "]")
bad_json("not UTF-8", b"[" + element().encode().replace(b'"hp"', b'"\xff\xfe": 1, "hp"') + b"]")
bad_json("NUL byte", "[" + element("[3, 2,\0 1]") + "]")
for number in ("01", "+1", ".5", "1.", "1e", "-", "0x10", "nan", "infinity", "Infinit", "NaNa", "1_000", "1,5e"):
    bad_json(f"number {number}", "[" + element(f"[3, {number}, 1]") + "]")
row("json: gz truncated", f"ingest|-o|o.h5|--set|{SET}|FixedX.json.gz", 4, "FixedX.json.gz", put("FixedX.json.gz", gzip.compress(("[" + element() + "]").encode())[:-12]))
row("json: gz with a bad checksum", f"ingest|-o|o.h5|--set|{SET}|FixedX.json.gz", 4, "FixedX.json.gz",
    put("FixedX.json.gz", (lambda d: d[:-8] + bytes([d[-8] ^ 1]) + d[-7:])(gzip.compress(("[" + element() + "]").encode()))))
row("json: gz that is none", f"ingest|-o|o.h5|--set|{SET}|FixedX.json.gz", 4, "FixedX.json.gz", put("FixedX.json.gz", b"\x1f\x8b\x08\x00rubbish rubbish rubbish"))
row("json: no --set", "ingest|-o|o.h5|FixedX.json", 2, ["FixedX.json", "--set"], curves_json("[" + element() + "]"))
row("json: the set of other hyperparameters", "ingest|-o|o.h5|--set|adam4p_wide_grid_1k|FixedX.json", 4, "FixedX.json", curves_json("[" + element() + "]"))
row("json: contradicts the archive", f"ingest|-o|a.h5|--set|{SET}|mini_quadratic_family_seed0.json", 4, "mini_quadratic_family_seed0.json",
    both(kit("a.h5"), put("mini_quadratic_family_seed0.json", "[" + element("[5, 4, 3, 2, 1]") + "]")), note="other splits, other numbers for the same run")

# ---- normalize -----------------------------------------------------------------------------------------------------

row("normalize: nothing there", "normalize|a.h5|-o|o.h5", 3, "a.h5")
row("normalize: a text file", "normalize|a.txt|-o|o.h5", 4, "a.txt", put("a.txt", "hello"))
row("normalize: an empty file", "normalize|a.h5|-o|o.h5", 4, "a.h5", put("a.h5", ""))
row("normalize: a folder", "normalize|dir|-o|o.h5", (3, 4), "dir", lambda d: os.mkdir(os.path.join(d, "dir")), note="cannot be opened, or is no archive")
row("normalize: half an archive", "normalize|a.h5|-o|o.h5", 4, "a.h5", truncated("a.h5", .5))
row("normalize: a scores file", "normalize|s.h5|-o|o.h5", 4, ["s.h5", "hyperlist.scores/1"], kit("s.h5"))
row("normalize: a newer archive", "normalize|a.h5|-o|o.h5", 4, ["a.h5", "hyperlist.archive/2"], change_h5("a.h5", attribute("schema", "hyperlist.archive/2")))
row("normalize: no schema", "normalize|a.h5|-o|o.h5", 4, ["a.h5", "schema"], change_h5("a.h5", lambda f: f.attrs.__delitem__("schema")))
row("normalize: schema is a number", "normalize|a.h5|-o|o.h5", 4, ["a.h5", "schema"], change_h5("a.h5", attribute("schema", 1)))
T0 = "mini_quadratic_family_seed0"
for path in ("tasks/name", f"sets/{SET}/config_names", f"sets/{SET}/split_names", f"sets/{SET}/ran/{T0}", f"sets/{SET}/hyperparameters"):
    row(f"normalize: archive without {path}", "normalize|a.h5|-o|o.h5", 4, ["a.h5", path.split("/")[-1]], change_h5("a.h5", drop(path)))
row("normalize: curves of three dimensions", "normalize|a.h5|-o|o.h5", 4, ["a.h5", T0], change_h5("a.h5", lambda f: (
    f.__delitem__(f"sets/{SET}/curves/{T0}"), f.create_dataset(f"sets/{SET}/curves/{T0}", data=np.ones((6, 2, 5), "f4")))))
row("normalize: curves of too few configs", "normalize|a.h5|-o|o.h5", 4, ["a.h5", T0], change_h5("a.h5", lambda f: (
    f.__delitem__(f"sets/{SET}/curves/{T0}"), f.create_dataset(f"sets/{SET}/curves/{T0}", data=np.ones((5, 2, 5, 4), "f4")))))
row("normalize: ran of another shape", "normalize|a.h5|-o|o.h5", 4, ["a.h5", T0], change_h5("a.h5", replace(f"sets/{SET}/ran/{T0}", lambda r: np.ones((6, 3), "u1"))))
row("normalize: tasks/name is a number", "normalize|a.h5|-o|o.h5", 4, ["a.h5", "name"], change_h5("a.h5", replace("tasks/name", lambda n: np.arange(len(n)))))


def corrupt_chunk(folder):
    kit("a.h5")(folder)
    path = os.path.join(folder, "a.h5")
    with h5py.File(path, "r") as f:
        info = f[f"sets/{SET}/curves/{T0}"].id.get_chunk_info(0)
    data = bytearray(read_bytes(path))
    data[info.byte_offset + info.size // 2] ^= 0x55
    with open(path, "wb") as f:
        f.write(data)


row("normalize: a damaged chunk", "normalize|a.h5|-o|o.h5", (3, 4), ["a.h5", T0], corrupt_chunk, note="a checksum in the file fails: invalid; HDF5 calls it a failed read")
for option, value in (("--aggregate", "median"), ("--replicas", "all"), ("--best-over", "task"), ("--test-constants", "train")):
    row(f"normalize: {option} {value}", f"normalize|a.h5|-o|o.h5|{option}|{value}", 2, value, kit("a.h5"))
row("normalize: --valid-split of no set", "normalize|a.h5|-o|o.h5|--valid-split|nosuch", (2, 4), "nosuch", kit("a.h5"), note="a selector that matches nothing")
row("normalize: no -o", "normalize|a.h5", 2, "-o", kit("a.h5"))
row("normalize: no archive", "normalize|-o|o.h5", 2, "archive")
row("normalize: two archives", "normalize|a.h5|a.h5|-o|o.h5", 2, "a.h5", kit("a.h5"))
row("normalize: -o the archive itself", "normalize|a.h5|-o|a.h5", (2, 3, 4), "a.h5", kit("a.h5"), note="would put scores over the only copy of the curves")
row("normalize: /dev/full", "normalize|a.h5|-o|/dev/full", 3, "/dev/full", kit("a.h5"))
row("normalize: output is a folder", "normalize|a.h5|-o|dir", 3, "dir", both(kit("a.h5"), lambda d: os.mkdir(os.path.join(d, "dir"))))
row("normalize: output in no folder", "normalize|a.h5|-o|no/o.h5", 3, "o.h5", kit("a.h5"))

# ---- learn ---------------------------------------------------------------------------------------------------------

LEARN = f"learn|s.h5|--set|{SET}|-o|o.json"
row("learn: nothing there", LEARN, 3, "s.h5")
row("learn: a text file", LEARN, 4, "s.h5", put("s.h5", "hello\n" * 100))
row("learn: an archive", f"learn|a.h5|--set|{SET}|-o|o.json", 4, ["a.h5", "hyperlist.archive/1"], kit("a.h5"))
row("learn: newer scores", LEARN, 4, ["s.h5", "hyperlist.scores/2"], change_h5("s.h5", attribute("schema", "hyperlist.scores/2")))
row("learn: foreign HDF5", LEARN, 4, ["s.h5", "schema"], change_h5("s.h5", lambda f: f.attrs.__delitem__("schema")))
for path in ("tasks/name", f"sets/{SET}/valid", f"sets/{SET}/test", f"sets/{SET}/config_names", f"sets/{SET}/hyperparameters", f"sets/{SET}/hyperparameter_names"):
    row(f"learn: scores without {path}", LEARN, 4, ["s.h5", path.split("/")[-1]], change_h5("s.h5", drop(path)))
row("learn: valid is transposed", LEARN, 4, ["s.h5", "valid"], change_h5("s.h5", replace(f"sets/{SET}/valid", lambda v: v.T)))
row("learn: test of another shape", LEARN, 4, ["s.h5", "test"], change_h5("s.h5", replace(f"sets/{SET}/test", lambda v: v[:, :-1])))
row("learn: valid has one dimension", LEARN, 4, ["s.h5", "valid"], change_h5("s.h5", replace(f"sets/{SET}/valid", lambda v: v[0])))
row("learn: valid is text", LEARN, 4, ["s.h5", "valid"], change_h5("s.h5", replace(f"sets/{SET}/valid", lambda v: np.full(v.shape, b"x"))))
row("learn: hyperparameters of another shape", LEARN, 4, ["s.h5", "hyperparameters"], change_h5("s.h5", replace(f"sets/{SET}/hyperparameters", lambda v: v[:-1])))
row("learn: a config twice", LEARN, 4, ["s.h5", "adam1p_wide_grid_seed0"], change_h5("s.h5", replace(f"sets/{SET}/config_names", lambda n: np.array([n[0], n[0], *n[2:]], object))))
row("learn: a task twice", LEARN, 4, ["s.h5", T0], change_h5("s.h5", replace("tasks/name", lambda n: np.array([n[0]] * len(n), object))))
row("learn: a score above 1", LEARN, 4, ["s.h5", "valid"], change_h5("s.h5", replace(f"sets/{SET}/valid", lambda v: v + 2)), note="scores are in 0..1; the integers of the sums rely on it")
row("learn: an infinite score", LEARN, 4, ["s.h5", "valid"], change_h5("s.h5", replace(f"sets/{SET}/valid", lambda v: v + np.inf)), note="as above")
row("learn: unknown set", "learn|s.h5|--set|adam9p|-o|o.json", 2, "adam9p", kit("s.h5"))
row("learn: no --set", "learn|s.h5|-o|o.json", 2, "--set", kit("s.h5"))
row("learn: no -o", f"learn|s.h5|--set|{SET}", 2, "-o", kit("s.h5"))
row("learn: no scores", f"learn|--set|{SET}|-o|o.json", 2, "scores")
row("learn: two scores", LEARN + "|s.h5", 2, "s.h5", kit("s.h5"))
for k in ("0", "-1", "x", "3.5", "", "99999999999999999999"):
    row(f"learn: -k {k!r}", LEARN + f"|-k|{k}", 2, k or ("-k", "k"), kit("s.h5"))
for seed in ("x", "", "1.5"):
    row(f"learn: --seed {seed!r}", LEARN + f"|--seed|{seed}", 2, ("--seed", "seed"), kit("s.h5"))
for selector in ("nosuch*", "kind:nosuch", "family:nosuch", "all,!all", "mini_quadratic_family_seed0,!mini_*"):
    row(f"learn: --tasks {selector}", LEARN + f"|--tasks|{selector}", 2, ("nosuch", "all,!all", "!mini_", "task"), kit("s.h5"))
row("learn: one of two selectors matches nothing", LEARN + "|--tasks|mini_*,nosuch", 2, "nosuch", kit("s.h5"))
row("learn: --tasks ''", LEARN + "|--tasks|", 2, (), kit("s.h5"), note="matches nothing")
row("learn: --tasks @FILE not there", LEARN + "|--tasks|@names.txt", 3, "names.txt", kit("s.h5"))
row("learn: --tasks @FILE with an unknown name", LEARN + "|--tasks|@names.txt", 2, "nosuch_task", both(kit("s.h5"), put("names.txt", "mini_quadratic_family_seed0\nnosuch_task\n")))
row("learn: --tasks @FILE empty", LEARN + "|--tasks|@names.txt", 2, "names.txt", both(kit("s.h5"), put("names.txt", "")))
row("learn: --missing unknown", LEARN + "|--missing|ignore", 2, "ignore", kit("s.h5"))


def holes(folder):
    valid = np.array([[.5, np.nan, .25], [.5, .5, .75]])
    write_scores(os.path.join(folder, "s.h5"), {SET: (valid, valid)})


def all_degenerate(folder):
    write_scores(os.path.join(folder, "s.h5"), {SET: (np.full((2, 3), np.nan), np.full((2, 3), np.nan))})


def holes_everywhere(folder):
    valid = np.array([[.5, np.nan, .25], [np.nan, .5, .75], [.5, .5, np.nan]])
    write_scores(os.path.join(folder, "s.h5"), {SET: (valid, valid)})


row("learn: --missing error and one is", LEARN + "|--missing|error", (4, 5), ["s.h5"], holes, note="the answer asked for is a refusal of this input")
row("learn: --missing drop-task leaves none", LEARN + "|--missing|drop-task", (2, 4, 5), [("drop-task", "missing", "task")], holes_everywhere, note="nothing to learn from", lines=None)
row("learn: --missing drop-config leaves none", LEARN + "|--missing|drop-config", (2, 4, 5), [("drop-config", "missing", "config")], holes_everywhere, note="nothing to list", lines=None)
row("learn: all tasks are degenerate", LEARN, (4, 5), "degenerate", all_degenerate, note="nothing to learn from; a warning may come first", lines=None)
row("learn: /dev/full", f"learn|s.h5|--set|{SET}|-o|/dev/full", 3, "/dev/full", kit("s.h5"))
row("learn: output is a folder", f"learn|s.h5|--set|{SET}|-o|dir", 3, "dir", both(kit("s.h5"), lambda d: os.mkdir(os.path.join(d, "dir"))))
row("learn: output in no folder", f"learn|s.h5|--set|{SET}|-o|no/o.json", 3, "o.json", kit("s.h5"))

# ---- evaluate ------------------------------------------------------------------------------------------------------

EV = "evaluate|l.json|s.h5"
row("evaluate: no list there", EV, 3, "l.json", kit("s.h5"))
row("evaluate: no scores there", EV, 3, "s.h5", kit("l.json"))
row("evaluate: list is broken", EV, 4, "l.json", both(kit("s.h5"), put("l.json", '{"schema": "hyperlist.list/1", ')))
row("evaluate: list is empty", EV, 4, "l.json", both(kit("s.h5"), put("l.json", "")))
row("evaluate: list is an array", EV, 4, "l.json", both(kit("s.h5"), put("l.json", "[]")))
row("evaluate: list holds two values", EV, 4, "l.json", both(kit("s.h5"), lambda d: put("l.json", read_bytes(os.path.join(KIT, "l.json")) * 2)(d)))
row("evaluate: list without schema", EV, 4, ["l.json", "schema"], change_list(lambda x: x.__delitem__("schema")))
row("evaluate: list of another schema", EV, 4, ["l.json", "hyperlist.scores/1"], change_list(set_in("schema", value="hyperlist.scores/1")))
row("evaluate: a newer list", EV, 4, ["l.json", "hyperlist.list/2"], change_list(set_in("schema", value="hyperlist.list/2")))
row("evaluate: list without entries", EV, 4, ["l.json", "entries"], change_list(lambda x: x.__delitem__("entries")))
row("evaluate: no entry", EV, 4, ["l.json", "entries"], change_list(set_in("entries", value=[])))
row("evaluate: entries are an object", EV, 4, ["l.json", "entries"], change_list(set_in("entries", value={})))
row("evaluate: an entry is a number", EV, 4, ["l.json"], change_list(set_in("entries", 1, value=5)))
row("evaluate: an entry without config", EV, 4, ["l.json", "config"], change_list(lambda x: x["entries"][2].__delitem__("config")))
row("evaluate: a config twice", EV, 4, ["l.json"], change_list(lambda x: x["entries"].append(x["entries"][0])), note="a list orders each config once")
row("evaluate: a config that the scores lack", EV, 4, ["adam1p_wide_grid_seed777"], change_list(set_in("entries", 1, "config", value="adam1p_wide_grid_seed777")))
row("evaluate: a set that the scores lack", EV, (2, 4), ["nadamw_grid_1k"], change_list(set_in("set", value="nadamw_grid_1k")), note="an unknown set, or a list that does not fit the scores")
row("evaluate: arguments in the other order", "evaluate|s.h5|l.json", 4, "s.h5", kit("s.h5", "l.json"))
row("evaluate: one argument", "evaluate|l.json", 2, (), kit("l.json"))
row("evaluate: no argument", "evaluate", 2)
row("evaluate: scores where a list is expected", EV + "|s.h5", 4, "s.h5", kit("s.h5", "l.json"))
row("evaluate: --tasks matches nothing", EV + "|--tasks|nosuch", 2, "nosuch", kit("s.h5", "l.json"))
row("evaluate: --missing unknown", EV + "|--missing|zero", 2, "zero", kit("s.h5", "l.json"))
row("evaluate: output in no folder", EV + "|-o|no/o.tsv", 3, "o.tsv", kit("s.h5", "l.json"), lines=None)
row("evaluate: stdout is full", EV, 3, ("stdout", "standard output", "space"), kit("s.h5", "l.json"), stdout="/dev/full", lines=None)
row("evaluate: --json, stdout is full", EV + "|--json", 3, ("stdout", "standard output", "space"), kit("s.h5", "l.json"), stdout="/dev/full", lines=None)
row("evaluate: -o /dev/full", EV + "|-o|/dev/full", 3, "/dev/full", kit("s.h5", "l.json"), lines=None)

# ---- info, reproduce, the program ----------------------------------------------------------------------------------

row("info: nothing there", "info|x.h5", 3, "x.h5")
row("info: a text file", "info|x.h5", 4, "x.h5", put("x.h5", "hello"))
row("info: an empty file", "info|x.h5", 4, "x.h5", put("x.h5", ""))
row("info: a folder", "info|dir", (3, 4), "dir", lambda d: os.mkdir(os.path.join(d, "dir")))
row("info: half an archive", "info|a.h5", 4, "a.h5", truncated("a.h5", .5))
row("info: foreign HDF5", "info|a.h5", 4, ["a.h5", "schema"], change_h5("a.h5", lambda f: f.attrs.__delitem__("schema")))
row("info: a newer archive", "info|a.h5", 4, ["a.h5", "hyperlist.archive/2"], change_h5("a.h5", attribute("schema", "hyperlist.archive/2")))
row("info: JSON that is no list", "info|x.json", 4, "x.json", put("x.json", '{"a": 1}'))
row("info: no argument", "info", 2)
row("info: stdout is full", "info|a.h5", 3, ("stdout", "standard output", "space"), kit("a.h5"), stdout="/dev/full")
row("reproduce: nothing there", "reproduce|s.h5|-o|figs|figure2", 3, "s.h5")
row("reproduce: an archive", "reproduce|a.h5|-o|figs|figure2", 4, ["a.h5", "hyperlist.archive/1"], kit("a.h5"))
row("reproduce: unknown figure", "reproduce|s.h5|-o|figs|figure9", 2, "figure9", kit("s.h5"))
row("reproduce: unknown format", "reproduce|s.h5|-o|figs|--format|gif|figure2", 2, "gif", kit("s.h5"))
row("reproduce: one unknown format of two", "reproduce|s.h5|-o|figs|--format|svg,gif|figure2", 2, "gif", kit("s.h5"))
row("reproduce: no -o", "reproduce|s.h5|figure2", 2, "-o", kit("s.h5"))
row("reproduce: output is a file", "reproduce|s.h5|-o|figs|figure2", 3, "figs", both(kit("s.h5"), put("figs", "x")))
row("reproduce: output in no folder that can be made", "reproduce|s.h5|-o|file/figs|figure2", 3, "figs", both(kit("s.h5"), put("file", "x")))


def four_tasks(folder):
    valid = np.random.RandomState(0).uniform(0, 1, (4, 9))
    write_scores(os.path.join(folder, "s.h5"), {"adam8p_wide_grid_1k": (valid, valid)})


def one_task(folder):
    write_scores(os.path.join(folder, "s.h5"), {"adam8p_wide_grid_1k": (np.full((1, 3), .5), np.full((1, 3), .5))})


row("reproduce: no gnuplot", "reproduce|s.h5|-o|figs|figure2", 3, "gnuplot", four_tasks, env={"PATH": "/nonexistent"}, lines=None)
row("reproduce: one task cannot be split", "reproduce|s.h5|-o|figs|figure2", (4, 5), ["s.h5", "task"], one_task, lines=None, note="half of one is none")
row("reproduce: scores without the set of the learned list", "reproduce|s.h5|-o|figs|figure2", (2, 4), ["s.h5", "adam8p_wide_grid_1k"], kit("s.h5"), note="an unknown set, or scores that do not serve", lines=None)
row("unknown command", "frobnicate|x", 2, "frobnicate", prefix="hyperlist", lines=None)
row("no command", [], 2, "usage", prefix="", lines=None)
row("an option for a command", "--frob", 2, "frob", prefix="hyperlist", lines=None)


# ---- running -------------------------------------------------------------------------------------------------------

def picture(folder):
    """{relative path: what is there}"""
    out = {}
    for base, folders, files in os.walk(os.fsencode(folder)):
        for name in folders + files:
            full = os.path.join(base, name)
            s = os.lstat(full)
            content = None
            if os.path.isfile(full) and not os.path.islink(full) and s.st_mode & 0o400:
                with open(full, "rb") as f:
                    content = hashlib.sha1(f.read()).hexdigest()
            out[os.path.relpath(full, os.fsencode(folder))] = (s.st_mode, content)
    return out


def check(tmp, i, name, args, codes, words, setup, more):
    if more.get("root") is False and os.geteuid() == 0:
        skip(name, "as root every file is readable")
        return
    folder = os.path.join(tmp, f"case{i}")
    os.mkdir(folder)
    if setup:
        setup(folder)
    before = picture(folder)
    stdout = open(more["stdout"], "wb") if "stdout" in more else None
    r = run(*args, cwd=folder, stdout=stdout, timeout=60, env=more.get("env"))
    if stdout:
        stdout.close()
    after = picture(folder)
    bad = []
    if r.code not in codes:
        bad.append(f"exit {r.code}, expected {' or '.join(map(str, codes))}")
    lines = r.err.splitlines()
    prefix = more.get("prefix", f"hyperlist {args[0]}: " if args else "")
    if "lines" not in more and len(lines) != 1:
        bad.append(f"{len(lines)} lines on stderr, expected one")
    if not lines or not lines[-1 if "lines" in more and more.get("prefix") is None else 0].startswith(prefix):
        bad.append(f"stderr does not begin with {prefix!r}")
    said = r.err.lower()
    for word in words:
        choice = word if isinstance(word, tuple) else (word,)
        if not any(w.lower() in said for w in choice):
            bad.append(f"the message lacks {' or '.join(map(repr, choice))}")
    if r.out:
        bad.append("stdout is not empty")
    if after != before:
        changed = sorted(k for k in set(before) | set(after) if before.get(k) != after.get(k))
        bad.append(f"left or changed: {changed}")
    note = f" ({more['note']})" if "note" in more else ""
    ok(not bad, f"{name}: {'/'.join(map(str, codes))}{note}", "\n".join(bad), r)
    shutil.rmtree(folder, ignore_errors=True)


def check_small_disk(tmp):
    """A file system that fills up: 3, and nothing stays on it but what was there."""
    disk = os.path.join(tmp, "disk")
    os.mkdir(disk)
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        skip("a full disk", "no right to mount a small file system")
        return
    try:
        big = os.path.join(tmp, "big")
        rng = np.random.RandomState(1)
        path = make_npz.release_file(big)
        write_zip(path, members(make_npz.optimizers(seeds=range(300)), make_npz.steps(21), rng.standard_normal((300, 3, 21, 4)).astype("f4")))
        for case, target in (("new archive", "o.h5"), ("old archive", "a.h5")):
            if target == "a.h5":
                shutil.copy(os.path.join(KIT, "a.h5"), disk)
            before = picture(disk)
            r = run("ingest", "-o", os.path.join(disk, target), big)
            ok(r.code == 3 and len(r.err.splitlines()) == 1 and "hyperlist ingest: " in r.err and target in r.err and not r.out,
               f"a full disk, {case}: 3 and one line", r)
            ok(picture(disk) == before, f"a full disk, {case}: nothing is left", sorted(picture(disk)))
            for name in os.listdir(disk):
                os.remove(os.path.join(disk, name))
        a = os.path.join(tmp, "wide.h5")
        scores = os.path.join(tmp, "wide-scores.h5")
        for t in range(40):
            p = make_npz.release_file(os.path.join(tmp, "wide"), f"task{t}")
            write_zip(p, members(make_npz.optimizers(seeds=range(300)), make_npz.steps(3), rng.standard_normal((300, 1, 3, 4)).astype("f4")))
        good("ingest", "-o", a, os.path.join(tmp, "wide"))
        good("normalize", a, "-o", scores)
        with open(os.path.join(disk, "filler"), "wb") as f:
            f.write(b"x" * 240 * 1024)
        before = picture(disk)
        for name, args in (("normalize", ["normalize", a, "-o", os.path.join(disk, "s.h5")]),
                           ("learn", ["learn", scores, "--set", SET, "-o", os.path.join(disk, "l.json")])):
            r = run(*args)
            ok(r.code == 3 and len(r.err.splitlines()) == 1 and picture(disk) == before, f"a full disk, {name}: 3, one line, nothing left", r, sorted(picture(disk)))
    finally:
        subprocess.run(["umount", disk], capture_output=True)


def main():
    global KIT
    need_program()
    tmp = temporary()
    KIT = os.path.join(tmp, "kit")
    os.mkdir(KIT)
    make_npz.write_release(os.path.join(KIT, "r"), 3)
    good("ingest", "-o", "a.h5", "r", cwd=KIT)
    good("normalize", "a.h5", "-o", "s.h5", cwd=KIT)
    good("learn", "s.h5", "--set", SET, "-o", "l.json", cwd=KIT)
    only = sys.argv[1:]
    for i, r in enumerate(ROWS):
        if not only or any(o in r[0] for o in only):
            check(tmp, i, *r)
    if not only:
        check_small_disk(tmp)
    done()


main()
