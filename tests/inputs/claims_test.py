"""Claims of files, against what they hold: sizes beyond the file's bytes are invalid (4), true sizes beyond a stated limit or memory
end with 6, and what is read is read in bounded memory. Each command runs with an address space of MEMORY, so that one which
believed a claim would end with "out of memory" instead. The limits are those of hyperlist/limits.h, the manual and HYPERLIST_LIMITS.
TORTURE=1 has the heavy ones, too. A sanitized program needs an address space of terabytes: there the allocator refuses what is
larger than MEMORY, and all is slower."""
import gzip
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from make_npz import curves, members, npy, optimizers, steps, write_zip, write_zip64
from make_scores import write_scores
from tap import HYPERLIST, ROOT, done, good, need_program, ok, read_bytes, run, same, temporary

need_program()
TMP = temporary()
TORTURE, SANITIZED = bool(os.environ.get("TORTURE")), bool(os.environ.get("SANITIZED"))
MB = 1 << 20
MEMORY = 200 * MB  # the program and its libraries take 60 of it to start
SET = "adam1p_wide_grid_1k"
NPZ = f"t/{SET}_200_replica2.npz"


def measured(args, folder, memory, env=None):
    """(exit, stdout, stderr, seconds) within that address space."""
    began = time.monotonic()
    within = ["sh", "-c", 'ulimit -v "$0" && exec "$@"', str(memory >> 10)]
    if SANITIZED:
        within = ["env", f"ASAN_OPTIONS={os.environ.get('ASAN_OPTIONS', '')}:allocator_may_return_null=1:max_allocation_size_mb={memory >> 20}"]
    with open(folder + ".out", "w+b") as out, open(folder + ".err", "w+b") as err:
        p = subprocess.Popen([*within, HYPERLIST, *args], cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env={**os.environ, **(env or {})})
        p.wait()
        out.seek(0), err.seek(0)
        told = re.sub(r"==\d+==WARNING: AddressSanitizer failed to allocate .*\n", "", err.read().decode(errors="backslashreplace"))
        return p.returncode, out.read(), told, time.monotonic() - began


def sizes(folder):
    return {os.path.join(base, f): os.path.getsize(os.path.join(base, f)) for base, _, files in os.walk(folder) for f in files}


CLAIMS = []


def claim(name, args, code, words, files, memory=MEMORY, env=None, seconds=20):
    """files: {path: bytes, or a function of the path}. code 0: it is read, 1: check finds faults; else refused in one line with words."""
    CLAIMS.append((f"claim{len(CLAIMS)}", name, args, code, words, files, memory, env, seconds))


def judge(row):
    number, name, args, code, words, files, memory, env, seconds = row
    folder = os.path.join(TMP, number)
    os.mkdir(folder)
    for path, data in files.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        if callable(data):
            data(full)
        else:
            with open(full, "wb") as f:
                f.write(data)
    before = sizes(folder)
    found, out, err, took = measured([*args, *["-j", "2"][:2 * (args[0] in ("ingest", "normalize", "learn", "check"))]], folder, memory, env)
    bad = [f"exit {found}, expected {code}"] if found != code else []
    bad += [f"the message lacks {w!r}" for w in words if w not in err]
    bad += ["it ran out of memory"] if "out of memory" in err and "out of memory" not in words else []
    bad += [f"{took:.0f} seconds"] if took > seconds * (10 if SANITIZED else 1) else []
    if code != 0:
        bad += [f"{err.count(chr(10))} lines, expected one"] if err.count("\n") != 1 else []
        bad += ["stdout is not empty"] if out and code != 1 else []
        bad += ["something was left or changed"] if sizes(folder) != before else []
    shutil.rmtree(folder)
    return not bad, f"{name} ({code})", *bad, f"$ {args}", err[:600]


# ---- the manual has the limits of the header, and the environment sets them ----

with open(os.path.join(ROOT, "include", "hyperlist", "limits.h"), encoding="utf-8") as f:
    HEADER = f.read()
FIXED = {n: eval(v) for n, v in re.findall(r"^  HL_MAX_(\w+) = ([\d <]+),", HEADER, re.M)}
MANUAL = run("help", "--man", "hyperlist").out.split(".SH LIMITS")[1].split(".SH ")[0]


def number(text):
    return int(text.rstrip("MGT")) << {"M": 20, "G": 30, "T": 40}.get(text[-1], 0)


rows = [(n.replace("\\-", "-"), number(v), rest) for n, v, rest in re.findall(r"^\.TP\n\\fB(\S+)\\fR\n(\d+[MGT]?) (.*)$", MANUAL, re.M)]
same(sorted(FIXED.values()), sorted(v for n, v, rest in rows if "can be set" not in rest and n not in ("transfers", "step")), "every fixed limit of the header is in the manual, with its value")
same([n for n, _, rest in rows if "can be set" in rest], ["curves", "csv-row", "text", "configs", "picture", "file"], "and those that can be set")
same(len(re.findall(r"^  HL_LIMIT_\w+,", HEADER, re.M)), 6, "which are as many as the header has")
left = subprocess.run(["grep", "-rnE", r"(enum \{|define|static const).*\bMAX_[A-Z_]+ = |_BYTES = [0-9]+ << 2[4-9]", os.path.join(ROOT, "src")], capture_output=True, text=True).stdout
LOCAL = ("MAX_STORED", "MAX_MATCH", "MAX_SIZE", "MAX_REMEMBERED", "MAX_FOREIGN", "MAX_READ", "MAX_DIGITS", "MAX_THREADS = 12", "MAX_NOTE_BYTES", "MAX_RETRY_AFTER", "MAX_HEADER_BYTES",
         "HL_NPY_MAX_DTYPE", "MERGE_BYTES", "MOST_BYTES", "MAX_REDIRECTS", "MAX_EXPONENT")
same([l for l in left.splitlines() if not any(n in l for n in LOCAL)], [], "no other place has a limit of its own")

CSV = b"config,task,step,valid\n"
ROW = CSV + b"a,t,0," + b"1" * 400 + b"\nb,t,0,2\n"
IN_CSV = ["ingest", "-o", "o.h5", "x.csv"]
LIST = json.dumps({"schema": "hyperlist.list/1", "set": "s", "objective": {}, "train_tasks": [], "seed": 0,
                   "entries": [{"rank": 1, "config": "a", "index": 0, "hyperparameters": {}, "phase": "greedy", "J": .5}]}).encode()
CONFIGS = json.dumps({"a": {"x": 1}}).encode()
NAMES = b"a\nb\n"
for name, args, files, at, text in (
        ("csv-row", IN_CSV, {"x.csv": ROW}, 407, "x.csv: line 2: found a row of more than 406 bytes"),
        ("text", ["info", "l.json"], {"l.json": LIST}, len(LIST), f"l.json: found more than {len(LIST) - 1} bytes"),
        ("text", ["import", "--names", "n.txt", "--set", "s", "-o", "l.json"], {"n.txt": NAMES}, 4, "n.txt: found more than 3 bytes"),
        ("configs", ["import", "--names", "n.txt", "--set", "s", "--configs", "c.json", "-o", "l.json"], {"n.txt": b"a\n", "c.json": CONFIGS}, len(CONFIGS), f"c.json: found more than {len(CONFIGS) - 1} bytes"),
        ("curves", ["ingest", "-o", "o.h5", NPZ], {NPZ: lambda p: write_zip(p, members())}, 160, "found 160 bytes a config, expected at most 159"),
        ("picture", ["report", "a.svg", "-o", "p.html"], {"a.svg": b"<svg xmlns='http://www.w3.org/2000/svg'></svg>"}, 46, "a.svg: found more than 45 bytes")):
    claim(f"{name} as large as it may be", args, 0, [], files, env={"HYPERLIST_LIMITS": f"{name}={at}"})
    claim(f"{name} one byte larger", args, 6, [text], files, env={"HYPERLIST_LIMITS": f"{name}={at - 1}"})
wide = {NPZ: lambda p: write_zip(p, members(ys=np.ones((6, 1, 5 << 20, 4), "<f4") if TORTURE else np.ones((6, 1, 5, 4), "<f4"), xs=steps(5 << 20 if TORTURE else 5)))}
if TORTURE:
    claim("a config of 80 MB", ["ingest", "-o", "o.h5", NPZ], 6, ["expected at most"], wide)
    claim("a config of 80 MB, allowed", ["ingest", "-o", "o.h5", NPZ], 0, [], wide, 2000 * MB, {"HYPERLIST_LIMITS": "curves=128M,text=1G"}, seconds=60)
for text, words in (("curves", "NAME=SIZE"), ("curves=", "curves"), ("curves=x", "'x'"), ("curves=1Q", "'1Q'"), ("curves=-1", "'-1'"), ("curves=0", "'0'"), ("curves=2G", "1 to 1G"),
                    ("curves=99999999999999999999", "1 to 1G"), ("curves=17179869184G", "1 to 1G"), ("grid=3", "'grid=3'"), ("curves=1M,", None), ("", None), ("curves=1M,text=1M", None)):
    r = run("info", "nowhere", env={"HYPERLIST_LIMITS": text})
    ok(r.code == (2 if words else 3) and (words or "nowhere") in r.err and r.err.count("\n") == 1, f"HYPERLIST_LIMITS={text}", r)

# ---- npy and zip ----

IN_NPZ = ["ingest", "-o", "o.h5", NPZ]


def npz(**parts):
    """A released file of which a member is other bytes; deflated ones compress."""
    deflated = parts.pop("deflated", False)

    def make(path):
        given = [(n, parts.get(n[:-4], d)) for n, d in members()]
        write_zip(path, given, deflated=deflated)
    return make


for shape in ((1 << 60, 2, 5, 4), (6, 1 << 60, 5, 4), (1 << 32, 1 << 32, 5, 4), (1 << 63, 2, 5, 4), (1 << 64, 2, 5, 4), (6, 2, 5, 1 << 62), (0, 1 << 40, 1 << 40, 4)):
    claim(f"ys claims {shape}", IN_NPZ, 4, [NPZ, "ys.npy"], {NPZ: npz(ys=npy(curves(), shape=shape))})
claim("xs claims 2^60 steps", IN_NPZ, 4, ["xs.npy"], {NPZ: npz(xs=npy(steps(), shape=(1 << 60,)))})
claim("optimizers claims 2^60 names", IN_NPZ, 4, ["optimizers.npy"], {NPZ: npz(optimizers=npy(optimizers(), shape=(1 << 60,)))})
claim("optimizers claims names of 2^60 bytes", IN_NPZ, 4, ["optimizers.npy"], {NPZ: npz(optimizers=npy(optimizers(), descr=f"|S{1 << 60}"))})
claim("optimizers claims names of 2^31 characters", IN_NPZ, 4, ["optimizers.npy"], {NPZ: npz(optimizers=npy(optimizers(), descr=f"<U{1 << 31}"))})
claim("a header of 4 GB is claimed", IN_NPZ, 4, ["ys.npy"], {NPZ: npz(ys=b"\x93NUMPY\2\0\xff\xff\xff\xff{")})
claim("a header of 20 MB, deflated", IN_NPZ, 4, ["ys.npy", "header"], {NPZ: npz(ys=b"\x93NUMPY\2\0" + struct.pack("<I", 20 << 20) + b" " * (20 << 20), deflated=True)})
many = npy(np.zeros(0, "S1"), shape=(3 << 20,), descr="|S16", body=b"a" * (48 << 20))
claim("3 million names", IN_NPZ, 6, ["found 3145728 names", "at most"], {NPZ: npz(optimizers=many, deflated=True)})
claim("a name of 130 MB is claimed", IN_NPZ, 4, ["optimizers.npy"], {NPZ: npz(optimizers=npy(np.zeros(0, "S1"), shape=(1,), descr=f"|S{130 << 20}", body=b""))})


def zip_lie(change, zip64=False):
    """The bytes of a good zip, changed: change(bytearray, offset of the central directory, of its end)."""
    def make(path):
        (write_zip64 if zip64 else write_zip)(path, members())
        data = bytearray(read_bytes(path))
        change(data, data.find(b"PK\1\2"), data.rfind(b"PK\5\6"))
        with open(path, "wb") as f:
            f.write(data)
    return make


def put(offset, form, value, from_end=True):
    return lambda data, central, end: struct.pack_into(form, data, (end if from_end else central) + offset, value)


def put64(magic, offset, value):
    return lambda data, central, end: struct.pack_into("<Q", data, data.rfind(magic) + offset, value)


for name, change, zip64 in (
        ("65,534 members", lambda d, c, e: [struct.pack_into("<HH", d, e + 8, 65534, 65534)], False), ("a directory of 4 GB", put(12, "<I", 0xfffffffe), False),
        ("a directory at 4 GB", put(16, "<I", 0xfffffffe), False), ("a packed size of 4 GB", put(20, "<I", 0xfffffffe, False), False), ("a size of 4 GB", put(24, "<I", 0xfffffffe, False), False),
        ("a name of 64 KB", put(28, "<H", 0xffff, False), False), ("a comment of 64 KB", put(20, "<H", 0xffff), False), ("a member at 4 GB", put(42, "<I", 0xfffffffe, False), False),
        ("zip64: 2^60 members", lambda d, c, e: [put64(b"PK\6\6", o, 1 << 60)(d, c, e) for o in (24, 32)], True), ("zip64: a directory of 2^60 bytes", put64(b"PK\6\6", 40, 1 << 60), True),
        ("zip64: a directory at 2^63", put64(b"PK\6\6", 48, 1 << 63), True), ("zip64: its record at 2^62", put64(b"PK\6\7", 8, 1 << 62), True)):
    claim(f"a zip claims {name}", IN_NPZ, 4, [NPZ], {NPZ: zip_lie(change, zip64)})
for field, offset in (("size", 4), ("packed size", 12), ("place", 20)):
    for value in 1 << 60, (1 << 64) - 1:
        def lie(data, central, end, offset=offset, value=value):
            name = struct.unpack_from("<H", data, central + 28)[0]
            struct.pack_into("<Q", data, central + 46 + name + offset, value)
        claim(f"zip64: a member claims the {field} {value}", IN_NPZ, 4, [NPZ], {NPZ: zip_lie(lie, True)})


ZEROS = bytes(MB)


def deflated(data, flush=zlib.Z_FULL_FLUSH):
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    return c.compress(data) + c.flush(flush)


def bomb(n_config, n_step):
    """An honest file whose ys are n_config x 1 x n_step x 4 of one number: a thousandth of it in the zip."""
    def make(path):
        head = npy(np.zeros(0, "<f4"), shape=(n_config, 1, n_step, 4), body=b"")
        n = n_config * n_step // (1 << 16)  # blocks of 1 MB, each of which starts anew
        crc, packed = zlib.crc32(head), deflated(head) + deflated(bytes(MB)) * n + deflated(b"", zlib.Z_FINISH)
        for _ in range(n):
            crc = zlib.crc32(ZEROS, crc)
        write_zip64_member(path, [("optimizers.npy", npy(optimizers(seeds=range(n_config)))), ("xs.npy", npy(steps(n_step)))], "ys.npy", len(head) + n * MB, crc, packed)
    return make


def write_zip64_member(path, parts, name, size, crc, packed):
    """A zip of stored parts and a last member that is packed already."""
    entries = [(n.encode(), 0, len(d), zlib.crc32(d), d) for n, d in parts] + [(name.encode(), 8, size, crc, packed)]
    out, central = b"", b""
    for n, method, size, crc, data in entries:
        extra = struct.pack("<HHQQ", 1, 16, size, len(data))
        at = len(out)
        out += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 45, 0, method, 0, 0x5042, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(n), len(extra)) + n + extra + data
        central += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 45, 45, 0, method, 0, 0x5042, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(n), len(extra), 0, 0, 0, 0, at) + n + extra
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(entries), len(entries), len(central), len(out), 0)
    with open(path, "wb") as f:
        f.write(out + central + end)


claim("ys of 80 MB in a zip of 0.1 MB are read in less memory", IN_NPZ, 0, [], {NPZ: bomb(40, 1 << 17)}, 140 * MB)
if TORTURE:
    claim("ys of 10 GB in a zip of 10 MB are read in the same memory", IN_NPZ, 0, [], {NPZ: bomb(640, 1 << 20)}, 250 * MB, seconds=600)

# ---- gzip ----


def packed(n, head=b"", tail=b"", byte=b" "):
    """n equal bytes between a head and a tail, in gzip."""
    def make(path):
        with open(path, "wb") as f:
            f.write(gzip.compress(head) + gzip.compress(byte * MB) * (n // MB) + gzip.compress(tail))
    return make


N = 2000 * MB if TORTURE else 40 * MB
claim("csv.gz: empty lines without end", ["ingest", "-o", "o.h5", "x.csv.gz"], 0, [], {"x.csv.gz": packed(N // 10, CSV, b"a,t,0,1\nb,t,0,2\n", b"\n")}, seconds=60)
claim("csv.gz: one line without end", ["ingest", "-o", "o.h5", "x.csv.gz"], 6, ["x.csv.gz: line 2: found a row of more than 16777216 bytes"], {"x.csv.gz": packed(N, CSV + b"a,", b"", b"x")})
claim("json.gz: blanks without end", ["ingest", "-o", "o.h5", "x.json.gz"], 4, ["x.json.gz"], {"x.json.gz": packed(N, b'{"task": ', b"}")}, seconds=60)
claim("json.gz: a text without end", ["ingest", "-o", "o.h5", "x.json.gz"], 6, ["x.json.gz: line 1", "1048576 bytes"], {"x.json.gz": packed(N, b'{"task": "', b'"}', b"x")}, seconds=60)
claim("npz.gz: no zip without end", ["ingest", "-o", "o.h5", NPZ + ".gz"], 4, [NPZ], {NPZ + ".gz": packed(N, b"x")})
claim("npz.gz: a zip without end", ["ingest", "-o", "o.h5", NPZ + ".gz"], 6, [NPZ, "16777216 bytes"], {NPZ + ".gz": packed(N, b"PK\3\4")}, env={"HYPERLIST_LIMITS": "file=16M"})
claim("a list without end", ["info", "l.json"], 4, ["l.json"], {"l.json": packed(300 * MB, LIST[:-1], b"}")}, env={"HYPERLIST_LIMITS": "text=16M"})
claim("a list without end, evaluated", ["evaluate", "l.json", "s.h5"], 6, ["l.json: found more than 268435456 bytes"] if TORTURE else ["l.json: found more than 16777216 bytes"],
      {"l.json": packed(300 * MB, LIST[:-1], b"}")}, 900 * MB if TORTURE else MEMORY, None if TORTURE else {"HYPERLIST_LIMITS": "text=16M"})
claim("names without end", ["import", "--names", "n.gz", "-o", "l.json"], 6, ["n.gz: found more than 16777216 bytes"], {"n.gz": packed(N, b"a\n", b"", b"\n")}, env={"HYPERLIST_LIMITS": "text=16M"})
claim("hyperparameters without end", ["import", "--names", "n", "--set", "s", "--configs", "c.gz", "-o", "l.json"], 6, ["c.gz: found more than 16777216 bytes"], {"n": b"a\n", "c.gz": packed(N, b"{")}, env={"HYPERLIST_LIMITS": "configs=16M"})
claim("a log without end", ["track", "l.json", "g.gz"], 6, ["g.gz: found more than 16777216 bytes"], {"l.json": LIST, "g.gz": packed(N, b"rank,step,valid\n", b"", b"\n")}, env={"HYPERLIST_LIMITS": "text=16M"})
claim("a table without end", ["report", "t.tsv", "-o", "p.html"], 6, ["t.tsv: found more than 16777216 bytes"], {"t.tsv": packed(N, b"a\tb\n", b"", b"\n")}, env={"HYPERLIST_LIMITS": "text=16M"})
claim("a result without end", ["ingest", "-o", "o.h5", "r"], 4, ["result"], {"r/t/adam1p_wide_grid_seed0/200/0/result": packed(N, b'{"0": ', b"}")}, seconds=60)

# ---- JSON, nested a million deep ----

DEEP = 1000000
RUN = "r/mlp_family_seed0/adam1p_wide_grid_seed0/200/0/"
RESULT = b'{"0": [1, 1, 1, 1], "200": [0.5, 0.5, 0.5, 0.5]}'
DEEPS = (("arrays", b"[" * DEEP), ("objects", b'{"a":' * DEEP), ("closed arrays", b"[" * DEEP + b"]" * DEEP), ("both", b'[{"a":' * (DEEP // 2) + b"1" + b"}]" * (DEEP // 2)))
for what, text in DEEPS if TORTURE else DEEPS[:2]:
    within = b'{"x": ' + text + b"}"
    for name, args, files, code in (
            ("curves", ["ingest", "--format", "curves-json", "-o", "o.h5", "x.json"], {"x.json": b'{"task": "t", "x": ' + text}, 6),
            ("curves from the start", ["ingest", "--format", "curves-json", "--set", SET, "-o", "o.h5", "x.json"], {"x.json": text}, 4 if "arrays" in what else 6),
            ("hyperparameters of curves", ["ingest", "--set", SET, "-o", "o.h5", "x.json"], {"x.json": b'[{"hp": {"learning_rate": ' + text}, 4),
            ("a list", ["evaluate", "x.json", "s.h5"], {"x.json": LIST[:-1] + b', "x": ' + text + b"}"}, 6),
            ("a list to export", ["export", "x.json", "--to", "csv", "-o", "out"], {"x.json": text}, 6),
            ("--configs", ["import", "--names", "n", "--set", "s", "--configs", "x.json", "-o", "l.json"], {"n": b"a\n", "x.json": within}, 6),
            ("a result", ["ingest", "--format", "taskset-result", "-o", "o.h5", "r"], {RUN + "result": text}, 4),
            ("time_per_step", ["ingest", "--format", "taskset-result", "-o", "o.h5", "r"], {RUN + "result": RESULT, RUN + "time_per_step": within}, 6)):
        claim(f"JSON a million deep: {what}: {name}", args, code, ["result" if name == "a result" else "time_per_step" if name == "time_per_step" else "x.json"], files)

# ---- CSV ----

GB = 1000 * MB if TORTURE else 50 * MB


def filled(head, n, tail=b"", byte=b"x"):
    def make(path):
        with open(path, "wb") as f:
            f.write(head)
            for _ in range(n // MB):
                f.write(byte * MB)
            f.write(tail)
    return make


claim("a CSV line of 50 MB", IN_CSV, 6, ["x.csv: line 2: found a row of more than 16777216 bytes"], {"x.csv": filled(CSV, GB)})
claim("a CSV header of 50 MB", IN_CSV, 6, ["x.csv: line 1: found a row of more than"], {"x.csv": filled(b"config,", GB)})
claim("a CSV header of columns without end", IN_CSV, 6, ["x.csv: line 1: found a row of more than"], {"x.csv": filled(b"config", 3 * MB, byte=b",")}, env={"HYPERLIST_LIMITS": "csv-row=2M"})
claim("a CSV field of 100 MB, quoted, with lines", IN_CSV, 6, ["x.csv: line 2: found a row of more than", "quote left open"], {"x.csv": filled(CSV + b'"', 100 * MB, b'",t,0,1\n', b"\n")})
claim("a CSV field of 15 MB", IN_CSV, 6, ["x.csv: line 2", "found a name of 15728640 bytes, expected at most 4096"], {"x.csv": filled(CSV, 15 * MB, b",t,0,1\n")})
claim("a log's line of 20 MB", ["track", "l.json", "g.csv"], 6, ["g.csv: line 2: found a row of more than"], {"l.json": LIST, "g.csv": filled(b"rank,step,valid\n", 20 * MB)}, 400 * MB)
for role in "config", "task", "replica":
    row = {"config": b"a", "task": b"t", "replica": b"0", role: b"n" * MB}
    claim(f"CSV: the name of a {role} of 1 MB", IN_CSV, 6, ["x.csv: line 2", "a name of 1048576 bytes, expected at most 4096"],
          {"x.csv": b"config,task,replica,step,valid\n%s,%s,%s,0,1\n" % (row["config"], row["task"], row["replica"])})
claim("CSV: the name of a hyperparameter of 1 MB", IN_CSV, 6, ["a name of 1048576 bytes"], {"x.csv": b"config,task,step,valid,hp:" + b"n" * MB + b"\na,t,0,1,3\n"})
claim("CSV: 1025 hyperparameters", IN_CSV, 6, ["more than 1024 hyperparameters"], {"x.csv": b"config,task,step,valid" + b"".join(b",hp:h%d" % i for i in range(1025)) + b"\n"})


def json_curves(task="t", set_="s", config="c", hp="h"):
    return json.dumps({"task": task, "set": set_, "steps": [0], "configs": [{"name": config, "hp": {hp: 1}, "curves": {"valid": [[1]]}}]}).encode()


for part in "task", "set_", "config", "hp":
    for n, code in (4096, 0), (4097, 6), (MB, 6), (MB + 1, 6):
        claim(f"JSON: a {part.strip('_')} of {n} bytes", ["ingest", "-o", "o.h5", "x.json"], code, ["x.json"] * (code > 0), {"x.json": json_curves(**{part: "n" * n})})

# ---- HDF5: what is nowhere in the file, or of one value ----


def scores(path, change=None, n_task=3, n_config=4):
    valid = np.random.RandomState(3).uniform(0, 1, (n_task, n_config))
    write_scores(path, {SET: (valid, valid)})
    with h5py.File(path, "r+") as f:
        if change:
            change(f, f["sets/" + SET])


def huge(where, name, shape, chunks, dtype="f8", **more):
    """In place of a dataset one of that shape of which no chunk is there."""
    def change(f, s):
        g = f if where == "/" else s
        if name in g:
            del g[name]
        g.create_dataset(name, shape, dtype, chunks=chunks, **more)
    return lambda path: scores(path, change)


LEARN = ["learn", "s.h5", "--set", SET, "-o", "l.json"]
TEXT = h5py.string_dtype()
for name, make in (
        ("2^60 tasks", huge("/", "tasks/name", (1 << 60,), (1024,), TEXT)), ("2^40 tasks", huge("/", "tasks/name", (1 << 40,), (1024,), TEXT)), ("2^60 texts of fixed length", huge("/", "tasks/name", (1 << 58,), (16,), "S16")),
        ("2^60 configs", huge("s", "config_names", (1 << 60,), (1024,), TEXT)), ("2^31 hyperparameters", huge("s", "hyperparameter_names", (1 << 31,), (1024,), TEXT)),
        ("scores of 2^30 x 2^30", huge("s", "valid", (1 << 30, 1 << 30), (1, 1 << 20))), ("scores of 2^31 x 2^31 in chunks of 2^30", huge("s", "valid", (1 << 31, 1 << 31), (1, 1 << 28))),
        ("hyperparameters of 2^62", huge("s", "hyperparameters", (1 << 31, 1 << 31), (1, 1 << 20))), ("kinds of 2^50", huge("/", "tasks/kind", (1 << 50,), (1 << 20,), TEXT)),
        ("2^50 flags", huge("/", "tasks/degenerate", (1 << 50,), (1 << 20,), "u1")), ("2^50 counts", huge("s", "n_missing", (1 << 50,), (1 << 20,), "i8"))):
    claim(f"scores that claim {name}", LEARN, 4, ["s.h5"], {"s.h5": make})


def in_large_chunks(f, s):
    v = s["valid"][:]
    del s["valid"]
    s.create_dataset("valid", v.shape, "f8", chunks=(1 << 14, 1 << 14), maxshape=(None, None), compression="gzip")[:2, :2] = v[:2, :2]


if TORTURE:
    claim("scores in a chunk of 2 GB, of which they have a corner", LEARN, 6, ["out of memory"], {"s.h5": lambda p: scores(p, in_large_chunks)})



def patched(change):
    """Bytes of scores, changed behind HDF5's back: change(bytearray, place of the first task's name)."""
    def make(path):
        scores(path)
        with h5py.File(path) as f:
            place = f["tasks/name"].id.get_offset()
        data = bytearray(read_bytes(path))
        change(data, place)
        with open(path, "wb") as f:
            f.write(data)
    return make


def attribute_length(data, place):
    at = data.index(struct.pack("<I", len("hyperlist.scores/1")), data.index(b"schema\0"))
    struct.pack_into("<I", data, at, 0x7fffffff)


def heap_room(data, place, size=0):
    """The size of what is left of the heap that the names are in, object 0."""
    heap = struct.unpack_from("<Q", data, place + 4)[0]
    at, end = heap + 16, heap + struct.unpack_from("<Q", data, heap + 8)[0]
    while at < end and struct.unpack_from("<H", data, at)[0] != 0:
        at += 16 + (struct.unpack_from("<Q", data, at + 8)[0] + 7) // 8 * 8
    struct.pack_into("<Q", data, at + 8, size)


def object_size(data, place, size=4096):
    struct.pack_into("<Q", data, struct.unpack_from("<Q", data, place + 4)[0] + 24, size)


for name, where, change in (
        ("a task's name of 4 GB", "/tasks/name: item 0: ", lambda d, p: struct.pack_into("<I", d, p, 0xffffffff)), ("a name in a heap of 2^60", "/tasks/name: item 1: ", lambda d, p: struct.pack_into("<Q", d, p + 20, 1 << 60)),
        ("a name that its heap does not have", "/tasks/name: item 2: ", lambda d, p: struct.pack_into("<I", d, p + 44, 60000)), ("a schema of 2 GB", "/schema: item 0: ", attribute_length),
        ("a heap without end", ": item 0: ", heap_room), ("a name longer in the heap than it says", ": item ", object_size)):
    claim(f"scores that claim {name}", ["info", "s.h5"], 4, ["s.h5: " + where * (where[0] == "/"), "the file's heap does not have"], {"s.h5": patched(change)}, seconds=5)

KIT = os.path.join(TMP, "kit")
os.mkdir(KIT)
os.mkdir(os.path.join(KIT, "t"))
write_zip(os.path.join(KIT, NPZ), members())
good("ingest", "-q", "-o", "a.h5", NPZ, cwd=KIT)


def archive(table, shape, chunks, dtype, **attributes):
    def make(path):
        shutil.copy(os.path.join(KIT, "a.h5"), path)
        with h5py.File(path, "r+") as f:
            g = f[f"sets/{SET}"]
            old = dict(g[table].attrs) if table in g else {}
            if table in g:
                del g[table]
            d = g.create_dataset(table, shape, dtype, chunks=chunks)
            for k, v in {**old, **attributes}.items():
                d.attrs[k] = v
    return make


NORMALIZE = ["normalize", "a.h5", "-o", "s.h5"]
for name, make in (
        ("2^40 configs", archive("curves/t", (1 << 40, 2, 5, 4), (1, 2, 5, 4), "f4")), ("2^40 replicas", archive("curves/t", (6, 1 << 40, 5, 4), (1, 2, 5, 4), "f4")),
        ("2^60 steps", archive("curves/t", (6, 2, 1 << 56, 4), (1, 2, 5, 4), "f4")), ("2^60 splits", archive("curves/t", (6, 2, 5, 1 << 56), (1, 2, 5, 4), "f4")),
        ("chunks of 2^28 configs", archive("curves/t", (1 << 28, 2, 5, 4), (1 << 26, 2, 1, 4), "f4")), ("2^50 flags of runs", archive("ran/t", (1 << 49, 2), (1 << 20, 2), "u1")),
        ("2^50 counts of points", archive("observed/t", (1 << 47, 2, 4), (1 << 18, 2, 4), "i4")), ("2^50 names of splits", archive("split_names", (1 << 50,), (1024,), TEXT)),
        ("2^50 configs by name", archive("config_names", (1 << 50,), (1024,), TEXT))):
    claim(f"an archive that claims {name}", NORMALIZE, 4, ["a.h5"], {"a.h5": make})
    claim(f"an archive that claims {name}: check", ["check", "-q", "a.h5"], 1, [], {"a.h5": make})
with ThreadPoolExecutor(2) as pool:
    for judged in pool.map(judge, CLAIMS):
        ok(*judged)
done()
