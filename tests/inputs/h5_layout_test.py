"""Layouts of HDF5 files. The same scores, as h5py writes them with other sizes of addresses, other trees, other links and room for the
user in front, give the same list. Files in which bytes were changed behind HDF5's back, so that it would follow a tree
or a list for ever, or look for the end of a name beyond its memory, are refused by whatever reads them, within little memory and time."""
import ctypes
import itertools
import json
import os
import re
import shutil
import struct
import subprocess
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from make_scores import write_scores
from tap import HYPERLIST, done, good, need_program, ok, read_bytes, run, same, temporary

need_program()
TMP = temporary()
os.chdir(TMP)
SANITIZED = bool(os.environ.get("SANITIZED"))
SET = "adam1p_wide_grid_1k"
N_TASK, N_CONFIG = 5, 12
LEARN = ["learn", "-q", "--set", SET, "-o"]

with open("/proc/self/maps", encoding="utf-8") as maps:
    LIBRARY = ctypes.CDLL(re.search(r"/\S*/libhdf5_?(serial|openmpi|)\.so\S*", maps.read())[0])  # the one that h5py has loaded

# ---- what is legal is read ----


def entries(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)["entries"]


def plain(path, more_sets=0, chunks=None):
    random = np.random.RandomState(3)
    tables = {SET: [random.uniform(0, 1, (N_TASK, N_CONFIG))] * 2}
    for i in range(more_sets):
        tables[f"other_{i:04d}_{'n' * (i % 50)}"] = [random.uniform(0, 1, (N_TASK, 2))] * 2
    write_scores(path, tables)
    if chunks:
        with h5py.File(path, "r+") as f:
            s = f["sets"][SET]
            valid = s["valid"][:]
            del s["valid"]
            s.create_dataset("valid", data=valid, chunks=chunks, compression="gzip", fletcher32=True)


def laid_out(path, libver=(h5py.h5f.LIBVER_EARLIEST, h5py.h5f.LIBVER_V110), sizes=None, user=0, k=None, chunk_k=None):
    """The same content in a file that is made otherwise."""
    made, access = h5py.h5p.create(h5py.h5p.FILE_CREATE), h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(*libver)
    if sizes:
        made.set_sizes(*sizes)
    if k:  # which h5py has no calls for
        LIBRARY.H5Pset_sym_k(ctypes.c_int64(made.id), *k)
        LIBRARY.H5Pset_istore_k(ctypes.c_int64(made.id), chunk_k)
    made.set_userblock(user)
    with h5py.File("plain.h5") as old, h5py.File(h5py.h5f.create(path.encode(), h5py.h5f.ACC_TRUNC, made, access)) as new:
        for name in old:
            old.copy(name, new)
        for name, value in old.attrs.items():
            new.attrs[name] = value


def linked(path, change):
    shutil.copy("plain.h5", path)
    with h5py.File(path, "r+") as f:
        change(f)


def in_circles(f):
    f["sets"][SET]["above"] = f["/"]
    f["self"] = f["/"]
    f["sets"][SET]["sets"] = f["sets"]


def moved(f):
    f.move("tasks", "a/b/c/d")
    f["tasks"] = h5py.SoftLink("/a/b/c/d")
    f["sets"][SET].move("valid", "moved")
    f["sets"][SET]["valid"] = h5py.SoftLink("moved")


def removed(f):
    """Names of many lengths come and go, which leaves free room in the heap, and trees that shrank."""
    names = [f"{i:03d}{'x' * (i * 7 % 90)}" for i in range(200)]
    for n in names:
        f["sets"][SET].create_group(n)
    for n in names[3::2] + names[::4]:
        if n in f["sets"][SET]:
            del f["sets"][SET][n]


for label, n_more, chunks in (("small", 0, None), ("100 sets", 100, None), ("chunks of a value", 0, (1, 1)))[2 * SANITIZED:]:
    plain("plain.h5", n_more, chunks)
    good(*LEARN, "plain.json", "plain.h5")
    expected = entries("plain.json")
    rows = [("in the newest layout", laid_out, dict(libver=(h5py.h5f.LIBVER_LATEST,) * 2)), ("behind 512 bytes of the user's", laid_out, dict(user=512)),
            ("behind 4096 bytes in the newest layout", laid_out, dict(user=4096, libver=(h5py.h5f.LIBVER_LATEST,) * 2)), ("with groups that lead round in circles", linked, dict(change=in_circles)),
            ("by soft links", linked, dict(change=moved)), ("with names that came and went", linked, dict(change=removed)), ("in trees of narrow nodes", laid_out, dict(k=(2, 2), chunk_k=2)),
            ("in trees of wide nodes", laid_out, dict(k=(100, 60), chunk_k=500))]
    rows += [(f"addresses of {a} bytes, lengths of {n}", laid_out, dict(sizes=(a, n))) for a, n in ((4, 4), (8, 4), (4, 8))]
    for name, make, options in rows:
        make("other.h5", **options)
        r = run(*LEARN, "other.json", "other.h5")
        ok(r.code == 0 and entries("other.json") == expected, f"{label}, {name}", r)
        if chunks and not SANITIZED:
            r = run("check", "other.h5")
            ok(r.code == 0, f"{label}, {name}: whole", r)

# ---- what leads nowhere is refused ----


class File:
    """A plain file's bytes, and where things are in it, by HDF5's specification: addresses and lengths of 8 bytes."""

    def __init__(self, path):
        self.data = bytearray(read_bytes(path))
        self.root = self.number(64 + 4 * (self.data[8] == 1))  # of a superblock of version 0 or 1

    def number(self, at):
        return struct.unpack_from("<Q", self.data, at)[0]

    def put(self, at, value, form="<Q"):
        struct.pack_into(form, self.data, at, value)

    def message(self, header, wanted):
        blocks = [(header + 16, struct.unpack_from("<I", self.data, header + 8)[0])]
        for at, n in blocks:
            end = at + n
            while at < end:
                kind, size = struct.unpack_from("<HH", self.data, at)
                if kind == 0x10:
                    blocks.append((self.number(at + 8), self.number(at + 16)))
                if kind == wanted:
                    return at + 8
                at += 8 + size

    def group(self, *path):
        """(tree, heap's header, heap's data) of a group by its names."""
        header = self.root
        for name in path:
            header = self.number(self.entry(*self.tree_and_heap(header), name) + 8)
        return self.tree_and_heap(header)

    def tree_and_heap(self, header):
        at = self.message(header, 0x11)
        return self.number(at), self.number(at + 8)

    def nodes(self, tree):
        if self.data[tree:tree + 4] == b"TREE":
            for i in range(struct.unpack_from("<H", self.data, tree + 6)[0]):
                yield from self.nodes(self.number(tree + 32 + 16 * i))
        else:
            yield tree

    def entry(self, tree, heap, name):
        """Where a name's entry is."""
        names = self.number(heap + 24)
        for node in self.nodes(tree):
            for at in range(node + 8, node + 8 + 40 * struct.unpack_from("<H", self.data, node + 6)[0], 40):
                if self.data[names + self.number(at):].startswith(name.encode() + b"\0"):
                    return at
        raise KeyError(name)

    def chunk_tree(self, *path):
        header = self.number(self.entry(*self.group(*path[:-1]), path[-1]) + 8)
        at = self.message(header, 8)
        assert self.data[at:at + 2] == b"\3\2"
        return self.number(at + 3)


def tree_in_circle(f, tree, n_key):
    f.data[tree + 5] = 1
    for i in range(struct.unpack_from("<H", f.data, tree + 6)[0]):
        f.put(tree + 24 + n_key + i * (n_key + 8), tree)


def names_in_circle(f):
    tree_in_circle(f, f.group("sets", SET)[0], 8)


def root_in_circle(f):
    tree_in_circle(f, f.group()[0], 8)


def chunks_in_circle(f):
    tree_in_circle(f, f.chunk_tree("sets", SET, "valid"), 8 + 8 * 3)


def same_child(f):
    """A tree of 12 levels, of which each has 20 times the one below: not deep, but 20^12 ways."""
    tree, _ = f.group("sets")
    first = f.number(tree + 32)
    key, size = f.number(tree + 24), 24 + 33 * 8 + 32 * 8
    for level in range(12):
        at = len(f.data)
        f.data += struct.pack("<4sBBHQQ", b"TREE", 0, level, 20, 2**64 - 1, 2**64 - 1) + struct.pack("<QQ", key, first) * 20 + struct.pack("<Q", f.number(tree + 40))
        f.data += bytes(at + size - len(f.data))
        first = at
    f.put(f.message(f.number(f.entry(*f.group(), "sets") + 8), 0x11), first)
    f.put(40, len(f.data))


def late_child(f):
    """A node of 200 children, of which only the last leads back to it."""
    tree, _ = f.group("sets")
    key, first, at = f.number(tree + 24), f.number(tree + 32), len(f.data)
    f.data += struct.pack("<4sBBHQQ", b"TREE", 0, 1, 200, 2**64 - 1, 2**64 - 1) + struct.pack("<QQ", key, first) * 199 + struct.pack("<QQQ", key, at, key)
    f.put(f.message(f.number(f.entry(*f.group(), "sets") + 8), 0x11), at)


def late_name(f):
    """Of 101 names in one node, only the last is bad."""
    tree, heap = f.group("sets")
    node, = f.nodes(tree)
    n, = struct.unpack_from("<H", f.data, node + 6)
    assert n == 101
    f.put(node + 8 + 40 * (n - 1), f.number(heap + 8))


def wide_nodes(path):
    plain("plain.h5", 100)
    laid_out(path, k=(100, 60), chunk_k=500)


def free_in_circle(*path):
    def change(f):
        _, heap = f.group(*path)
        free = f.number(heap + 16)
        assert free != 1
        f.put(f.number(heap + 24) + free, free)
    return change


def large_heap(f):
    _, heap = f.group("sets")
    f.put(heap + 8, 1 << 33)


def large_header(f):
    f.put(f.message(f.number(f.entry(*f.group("sets"), SET) + 8), 0x10) + 8, 1 << 33)


def short_message(f):
    f.put(f.message(f.number(f.entry(*f.group("sets"), SET) + 8), 0x10) - 6, 8, "<H")


def with_attributes(path):
    plain(path)
    with h5py.File(path, "r+") as f:
        for i in range(20):
            f["sets"][SET].attrs[f"more{i}"] = i


def free_at_the_end(f):
    _, heap = f.group()
    free = f.number(heap + 8) - 8
    f.put(heap + 16, free)
    f.put(f.number(heap + 24) + free, 1)


def endless(f, names, n):
    """No zero from there to the heap's end."""
    at, end = names, names + n
    while at < end:
        f.data[at] = f.data[at] or 0x78
        at += 1


def name_without_end(f):
    tree, heap = f.group("sets", SET)
    last = max(f.number(at) for node in f.nodes(tree) for at in range(node + 8, node + 8 + 40 * struct.unpack_from("<H", f.data, node + 6)[0], 40))
    endless(f, f.number(heap + 24) + last, f.number(heap + 8) - last)
    f.put(heap + 16, 1)  # and no free room, which would have zeros


def name_beyond(place, of_tree=False):
    def change(f):
        tree, heap = f.group("sets")
        at = tree + 40 if of_tree else f.entry(tree, heap, SET)
        f.put(at, f.number(heap + 8) if place is None else place)
    return change


def wide(at):
    def change(f):
        f.data[at] = 16
    return change


def path_beyond(f):
    tree, heap = f.group()
    at = f.entry(tree, heap, "tasks")
    assert f.data[at + 16] == 2
    f.put(at + 24, 1 << 31, "<I")


def spare_table(f):
    """The superblock has the root's tree and heap, too, which HDF5 takes if the group's own are not good."""
    header = f.message(f.root, 0x11)
    f.put(header, f.number(header) + 8)
    tree_in_circle(f, f.number(80), 8)


READERS = itertools.cycle([(["info", "bad.h5"], 4), ([*LEARN, "bad.json", "bad.h5"], 4), (["generalize", "bad.h5", "--set", SET, "-o", "bad.tsv"], 4)])


def refused(name, words, change, make=plain, **options):
    make("good.h5", **options)
    f = File("good.h5")
    change(f)
    with open("bad.h5", "wb") as file:
        file.write(f.data)
    before = sorted(os.listdir())
    for args, code in [(["check", "bad.h5"], 1)] + [next(READERS)] * (not SANITIZED):
        r = limited(*args)
        told = r.stdout + r.stderr
        ok(r.returncode == code and words in told and "bad.h5" in told and "memory" not in told, f"{name}: {args[0]}", f"exit {r.returncode}, expected {code} and {words!r}", told)
    same(sorted(os.listdir()), before, f"{name}: nothing is left")


def limited(*args):
    """Within a minute and, but for sanitizers, which need terabytes of addresses, 400 MB: a list without end would take gigabytes."""
    within = [] if SANITIZED else ["prlimit", f"--as={400 << 20}"]
    return subprocess.run([*within, HYPERLIST, *args], capture_output=True, text=True, timeout=60)


def soft(path):
    plain("plain.h5")
    linked(path, moved)


def newer(path):
    """Groups of more than eight names, with their links in a heap, and datasets with headers of version 2 but trees of version 1."""
    plain("plain.h5", 20, (1, 1))
    laid_out(path, libver=(h5py.h5f.LIBVER_V18,) * 2)


def older_within(path):
    """A group of names in a tree, within a root that has its links in its header."""
    plain("plain.h5")
    with h5py.File("plain.h5") as old, h5py.File(path, "w", libver="v108") as new:
        new.copy(old["tasks"], "tasks")
        for name, value in old.attrs.items():
            new.attrs[name] = value
    with h5py.File("plain.h5") as old, h5py.File(path, "r+") as new:
        new.copy(old["sets"], "sets")


def each(signature, change):
    """What has no checksum in files that the parser above does not know."""
    def change_each(f):
        places = [m.start() for m in re.finditer(re.escape(signature), f.data)]
        assert places
        for place in places:
            change(f, place)
    return change_each


def heap_in_circle(f, heap):
    at, end = heap + 16, heap + f.number(heap + 8)
    while at < end and struct.unpack_from("<H", f.data, at)[0] != 0:
        at += 16 + (f.number(at + 8) + 7) // 8 * 8
    f.put(at + 8, 0)


CHUNKS = dict(chunks=(1, 1))
refused("a tree of names that leads to itself", "a tree that does not lead down at byte ", names_in_circle)
refused("that of the root", "a tree that does not lead down at byte ", root_in_circle)
refused("a tree of chunks that leads to itself", "a tree that does not lead down at byte ", chunks_in_circle, **CHUNKS)
refused("a tree of chunks that leads to itself, in a newer layout", "a tree that does not lead down at byte ", each(b"TREE\1", lambda f, t: tree_in_circle(f, t, 32)), newer)
refused("a tree of names that leads to itself, within a newer root", "a tree that does not lead down at byte ", each(b"TREE\0", lambda f, t: tree_in_circle(f, t, 8)), older_within)
refused("heaps of texts without end, in a newer layout", "found a length or place that the file's heap does not have", each(b"GCOL", heap_in_circle), newer)
refused("the root's other table", "a tree that does not lead down at byte ", spare_table)
refused("a tree with more ways than nodes", "a tree that leads to a node twice at byte ", same_child)
refused("a tree whose last child leads to itself", "a tree that does not lead down at byte ", late_child)
refused("a name without end, the last of many", "a name that does not end within its group's heap", late_name, wide_nodes)
refused("free room without end", "a list of free room without end at byte ", free_in_circle("sets"))
refused("free room without end in the root", "a list of free room without end at byte ", free_in_circle())
refused("free room that goes beyond the heap", "a list of free room without end at byte ", free_at_the_end)
refused("names of 8 GB", "a heap that claims more than the file has at byte ", large_heap)
refused("messages of 8 GB", "messages that claim more than the file has, of the object at byte ", large_header, with_attributes)
refused("a place of messages that lacks its size", "messages that claim more than the file has, of the object at byte ", short_message, with_attributes)
refused("a name without end", "a name that does not end within its group's heap", name_without_end)
for place in None, 1 << 20, 1 << 40, (1 << 64) - 1:
    refused(f"a name at {place or 'the end'} of the heap", "a name that does not end within its group's heap", name_beyond(place))
refused("a key beyond the heap", "a name that does not end within its group's heap", name_beyond(1 << 40, True))
refused("addresses of 16 bytes", "found addresses of 16 bytes, expected 2, 4 or 8", wide(13))
refused("lengths of 16 bytes", "found lengths of 16 bytes, expected 2, 4 or 8", wide(14))
refused("a soft link's path beyond the heap", "a name that does not end within its group's heap", path_beyond, soft)
done()
