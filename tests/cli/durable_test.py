"""What a full disk or several writers leave of an archive. (Power cuts: tests/faults/power.t.)"""
import os
import resource
import shutil
import subprocess
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
from tap import HYPERLIST, Ran, diag, done, good, need_program, ok, read_bytes, run, same, skip, temporary, uncounted

SET = "adam1p_wide_grid_1k"
ROUNDS = 20 if os.environ.get("TORTURE") else 2


def write(root, tasks, n_config=120, n_step=31):
    """Each task has more configs than those before it, so that each begins a part of its own."""
    for t in tasks:
        n_config += 20
        ys = np.random.RandomState(t).standard_normal((n_config, 3, n_step, 4)).astype("<f4")
        path = make_npz.release_file(root, f"mini_quadratic_family_seed{t}", last=50 * (n_step - 1), replicas=3)
        make_npz.write_zip(path, make_npz.members(make_npz.optimizers(seeds=range(n_config)), make_npz.steps(n_step), ys))


def left_beside(archive):
    return sorted(n for n in os.listdir(os.path.dirname(archive)) if n != os.path.basename(archive))


# ---- full disks ----

def refused_whole(label, r, archive, before, expected):
    ok(r.code == 3 and expected in r.err and len([x for x in r.err.splitlines() if "warning" not in x]) == 1, f"{label}: refused in a line", r)
    now = read_bytes(archive) if os.path.exists(archive) else None
    ok(now == before, f"{label}: the archive is as it was")
    same(left_beside(archive), [], f"{label}: nothing else is left")


def limited(args, n_byte):
    # A build that counts coverage could not write its counts whole: they go nowhere.
    elsewhere = {**os.environ, "GCOV_PREFIX": "/dev/null"}
    p = subprocess.run([HYPERLIST, *args], env=elsewhere, capture_output=True, text=True, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (n_byte, n_byte)))
    return Ran(args, p.returncode, p.stdout, uncounted(p.stderr))


def full_disks(tmp):
    source, first = os.path.join(tmp, "source"), os.path.join(tmp, "first")
    whole = os.path.join(tmp, "whole", "a.h5")
    os.mkdir(os.path.dirname(whole))
    good("ingest", "-o", whole, "--no-provenance", source)
    size = os.path.getsize(whole)
    folder = os.path.join(tmp, "limit")
    archive = os.path.join(folder, "a.h5")
    os.mkdir(folder)
    for old in (False, True):
        before = None
        if old:
            good("ingest", "-o", archive, "--no-provenance", first)
            before = read_bytes(archive)
        for share in (.002, .1, .3, .6, .9, .999):
            r = limited(["ingest", "-o", archive, "--no-provenance", source], int(size * share))
            refused_whole(f"files of at most {share} of what it takes, {'an old' if old else 'no'} archive", r, archive, before, "File too large")
    r = limited(["ingest", "-o", archive, "--no-provenance", source], 2 * size)
    ok(r.code == 0 and read_bytes(archive) == read_bytes(whole), "with enough it is done", r)
    scores = os.path.join(folder, "s.h5")
    r = limited(["normalize", archive, "-o", scores], 3000)
    ok(r.code == 3 and "File too large" in r.err and left_beside(archive) == [], "normalize: the same", r)
    disk = os.path.join(tmp, "disk")
    os.mkdir(disk)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk], capture_output=True).returncode != 0:
        skip("a disk that is full", "mounting a small one is not permitted")
        return
    try:
        archive = os.path.join(disk, "a.h5")
        for k in (128, 512, size * 3 // 2048, size * 2 // 1024):
            subprocess.run(["mount", "-o", f"remount,size={k}k", disk], check=True)
            r = run("ingest", "-o", archive, "--no-provenance", source)
            refused_whole(f"a disk of {k} KiB", r, archive, None, "No space left")
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        good("ingest", "-o", archive, "--no-provenance", first)
        before = read_bytes(archive)
        subprocess.run(["mount", "-o", f"remount,size={size * 3 // 2048 + len(before) // 1024}k", disk], check=True)
        refused_whole("a disk that grows full", run("ingest", "-o", archive, "--no-provenance", source), archive, before, "No space left")
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        r = run("ingest", "-o", archive, "--no-provenance", source)
        ok(r.code == 0 and read_bytes(archive) == read_bytes(whole), "with room again it is done", r)
    finally:
        subprocess.run(["umount", disk], check=True)


# ---- several writers ----

def several(tmp):
    source = os.path.join(tmp, "source")
    tasks = sorted(os.listdir(source))
    folder = os.path.join(tmp, "several")
    archive = os.path.join(folder, "a.h5")
    n_refused = 0
    for i in range(ROUNDS):
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        stored = set()
        for attempt in range(len(tasks)):  # those that were refused come again
            todo = [t for t in tasks if t not in stored]
            running = [(t, subprocess.Popen([HYPERLIST, "ingest", "-o", archive, "--no-provenance", os.path.join(source, t)], stdout=subprocess.DEVNULL,
                                            stderr=subprocess.PIPE, text=True)) for t in todo]
            for t, p in running:
                err = p.communicate()[1]
                if p.returncode == 0:
                    stored.add(t)
                else:
                    n_refused += 1
                    ok(p.returncode == 3 and "another ingest is writing it" in err and len(err.splitlines()) == 1, "one of several writers is refused in a line", p.returncode, err)
            with h5py.File(archive, "r") as f:
                ok({n.decode() for n in f["tasks/name"][()]} == stored, f"round {i + 1}.{attempt + 1}: what was reported as stored is there, and nothing else", stored)
            if len(stored) == len(tasks):
                break
        ok(read_bytes(archive) == read_bytes(os.path.join(tmp, "whole", "a.h5")), f"round {i + 1}: in the end the archive is the one that a single writer makes")
        same(left_beside(archive), [], f"round {i + 1}: and it is alone")
    diag(f"{n_refused} writers were refused")


def main():
    need_program()
    tmp = temporary()
    write(os.path.join(tmp, "source"), range(5))
    write(os.path.join(tmp, "first"), range(1))
    full_disks(tmp)
    several(tmp)
    done()


main()
