"""measure.py DIR: steps on the release in DIR/release, each with its seconds, peak memory and the size of what it made. See tests/big/run."""
import os
import subprocess
import sys
import time

import h5py

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from tap import HYPERLIST

MOST_MB, MOST_RATIO, SAMPLE = 300, 1.08, 12


def step(label, args, most=None):
    start = time.monotonic()
    pid = os.posix_spawn(HYPERLIST, [HYPERLIST, *args], os.environ)  # (the memory told is at least that of this program)
    _, status, usage = os.wait4(pid, 0)
    seconds, mb = time.monotonic() - start, usage.ru_maxrss / 1024
    out = args[args.index("-o") + 1] if "-o" in args else args[-1]
    size = os.path.getsize(out) / 1e9
    print(f"{label:24} {seconds:8.1f} s  {usage.ru_utime + usage.ru_stime:8.1f} s of work  {mb:7.0f} MB  {size:7.3f} GB  exit {status >> 8}", flush=True)
    return status == 0 and (most is None or mb < most)


def compare(archive, folder):
    """Every SAMPLE-th table as h5py's shuffle, gzip 1 and fletcher32 store it."""
    ours = theirs = n = 0
    other = os.path.join(folder, "h5py.h5")
    with h5py.File(archive, "r") as f, h5py.File(other, "w") as o:
        tables = [f"sets/{s}/curves/{t}" for s in f["sets"] for t in f[f"sets/{s}/curves"]]
        overhead = os.path.getsize(archive) - sum(f[t].id.get_storage_size() for t in tables)
        for t in tables[::SAMPLE]:
            d = o.create_dataset(t, data=f[t][()], shuffle=True, compression="gzip", compression_opts=1, fletcher32=True)
            ours += f[t].id.get_storage_size()
            theirs += d.id.get_storage_size()
            n += 1
    os.remove(other)
    ratio = (ours + overhead * n / len(tables)) / theirs
    print(f"size: {ratio:.4f} of h5py's, by {n} of {len(tables)} tables; {overhead / 1e6:.1f} MB beside the curves")
    return ratio <= MOST_RATIO


def main():
    folder = sys.argv[1]
    release, archive, scores, learned = (os.path.join(folder, n) for n in ("release", "a.h5", "s.h5", "l.json"))
    good = True
    for j in ("1", "2"):
        if os.path.exists(archive):
            os.remove(archive)
        good &= step(f"ingest -j{j}", ["ingest", "-q", "-j", j, "-o", archive, release], MOST_MB)
    os.remove(archive)
    tasks = [os.path.join(release, t) for t in sorted(os.listdir(release))]
    good &= step("ingest -j2, every second", ["ingest", "-q", "-j", "2", "-o", archive, *tasks[::2]], MOST_MB)
    good &= step("ingest -j2, growing", ["ingest", "-q", "-j", "2", "-o", archive, release], MOST_MB)
    good &= step("ingest -j2 again", ["ingest", "-q", "-j", "2", "-o", archive, release], MOST_MB)
    good &= step("check -j2", ["check", "-q", "-j", "2", archive], MOST_MB)
    for j in ("1", "2"):
        good &= step(f"normalize -j{j}", ["normalize", "-q", "-j", j, archive, "-o", scores], MOST_MB)
    good &= step("learn", ["learn", "-q", scores, "--set", "adam8p_wide_grid_1k", "-o", learned])
    good &= compare(archive, folder)
    sys.exit(not good)


main()
