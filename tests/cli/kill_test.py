"""kill -9 at 30 random moments of an ingest, into a new archive and into an old one. TORTURE=1: at 300.

After each kill the archive is what it was, or a valid longer one; the next ingest ends well, leaves nothing but the
archive, and its content is that of an ingest that nobody disturbed."""
import os
import shutil
import subprocess
import sys
import time

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
from tap import HYPERLIST, diag, done, good, need_program, ok, read_bytes, run, skip_all, temporary

MOMENTS = 150 if os.environ.get("TORTURE") else 15


def write(root, tasks, n_config=200, n_replica=4, n_step=31):
    """Each task has more configs than those before it, so that each begins a part of its own."""
    for t in tasks:
        n_config += 20
        rng = np.random.RandomState(t)
        ys = np.exp(-np.arange(n_step) / 9)[None, None, :, None] + .01 * rng.standard_normal((n_config, n_replica, n_step, 4))
        path = make_npz.release_file(root, f"mini_quadratic_family_seed{t}", last=50 * (n_step - 1), replicas=n_replica)
        make_npz.write_zip(path, make_npz.members(make_npz.optimizers(seeds=range(n_config)), make_npz.steps(n_step), ys.astype("<f4")))


def equal(a, b):
    return subprocess.run(["h5diff", a, b], capture_output=True).returncode == 0


def contents(path):
    with h5py.File(path, "r") as f:
        names = [n.decode() for n in f["tasks/name"][()]]
        return {n: f["sets/adam1p_wide_grid_1k/curves/" + n][()] for n in names}


def kills(label, tmp, source, undisturbed, old):
    """old: the archive that is there before, or None."""
    folder = os.path.join(tmp, "run")
    archive = os.path.join(folder, "a.h5")
    old_bytes = read_bytes(old) if old else None
    old_content = contents(old) if old else {}

    def fresh():
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        if old:
            shutil.copy(old, archive)

    command = [HYPERLIST, "ingest", "-o", archive, "--no-provenance", source]
    fresh()
    start = time.monotonic()
    good(*command[1:])
    duration = time.monotonic() - start
    n_killed, n_parts, stages, rng = 0, 0, set(), np.random.RandomState(len(label))
    for i in range(MOMENTS):
        moment = rng.uniform(.02, 1)
        for attempt in range(8):  # sooner where it was done before the kill came
            fresh()
            p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(duration * moment * .8 ** attempt)
            p.kill()
            p.wait()
            if p.returncode == -9:
                n_killed += 1
                break
        left = sorted(os.listdir(folder))
        stages.add(tuple(left))
        parts = [n for n in left if n.startswith("a.h5.part") and n[9:].isdigit()]
        n_parts += len(parts)
        for part in parts:
            c = run("check", os.path.join(folder, part))
            ok(c.code == 0, f"{label}: kill {i + 1} of {MOMENTS}: {part} is whole", c)
        name = f"{label}: kill {i + 1} of {MOMENTS}"
        if not os.path.exists(archive):
            ok(old is None, f"{name}: the archive is still there", left)
        elif old and read_bytes(archive) == old_bytes:
            ok(True, f"{name}: the archive is as it was")
        else:
            try:
                now = contents(archive)
                ok(set(now) >= set(old_content) and all(np.array_equal(now[t][:len(old_content[t])], old_content[t], equal_nan=True) for t in old_content),
                   f"{name}: the archive is a longer one", sorted(now))
            except (OSError, KeyError) as error:
                ok(False, f"{name}: the archive is valid", error)
        r = run(*command[1:])
        ok(r.code == 0 and equal(archive, undisturbed) and read_bytes(archive) == read_bytes(undisturbed), f"{name}: the next ingest completes it", r, left)
        ok(os.listdir(folder) == ["a.h5"], f"{name}: nothing else is left", left, sorted(os.listdir(folder)))
    ok(n_killed == MOMENTS, f"{label}: every kill came while it ran", f"{n_killed} of {MOMENTS}, undisturbed {duration:.3f} s")
    ok(n_parts > 0, f"{label}: some kills left parts, which were taken over", stages)
    diag(f"{label}: undisturbed {duration:.3f} s, killed {n_killed} of {MOMENTS}, left behind: {sorted(stages)}")


def main():
    need_program()
    if shutil.which("h5diff") is None:
        skip_all("no h5diff")
    tmp = temporary()
    first, source = os.path.join(tmp, "first"), os.path.join(tmp, "source")
    write(first, range(2))
    write(source, range(6))
    new, old, longer = (os.path.join(tmp, n) for n in ("new.h5", "old.h5", "longer.h5"))
    good("ingest", "-o", new, "--no-provenance", source)
    good("ingest", "-o", old, "--no-provenance", first)
    shutil.copy(old, longer)
    good("ingest", "-o", longer, "--no-provenance", source)
    ok(equal(new, longer), "an archive in two steps equals one in one")
    kills("new archive", tmp, source, new, None)
    kills("old archive", tmp, source, new, old)
    done()


main()
