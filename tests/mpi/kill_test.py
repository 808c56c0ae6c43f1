"""kill -9 of one of three ranks at five random moments of ingest, normalize and generalize; TORTURE=1: at a hundred.

The job ends with a message and a code that is not 0, nothing half-written is in the output's place, and the next run completes it
to the same bytes, from what was done where the command keeps that."""
import os
import shutil
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ranks import FIXTURES, SET, end, find_ranks, need_mpi, ours, run, start
import make_npz
import numpy as np
from tap import diag, done, good, ok, read_bytes, temporary

TORTURE = bool(os.environ.get("TORTURE"))
RNG = np.random.RandomState(8)


def write(root, n_task=9, n_config=150, n_replica=4, n_step=31):
    """Each task has more configs than those before it, so that each begins a part of its own."""
    for t in range(n_task):
        n_config += 20
        ys = np.exp(-np.arange(n_step) / 9)[None, None, :, None] + .01 * RNG.standard_normal((n_config, n_replica, n_step, 4))
        path = make_npz.release_file(root, f"mini_quadratic_family_seed{t}", last=50 * (n_step - 1), replicas=n_replica)
        make_npz.write_zip(path, make_npz.members(make_npz.optimizers(seeds=range(n_config)), make_npz.steps(n_step), ys.astype("<f4")))


def kill_once(args, duration, sign):
    """One rank, at a random moment after all have started, or after a file that is a sign of it has got its first bytes; sooner where it was done before.
    Returns what the job said, or None."""
    for attempt in range(12):
        p = start(3, *args)
        began = time.monotonic()
        ranks = []
        while len(ranks) < 3 and p.poll() is None and time.monotonic() - began < 20:
            ranks = find_ranks(p.pid)
            time.sleep(.002)
        if sign is None:
            time.sleep(duration * RNG.uniform(.1, .9) * .85 ** attempt)
        else:
            while size_of(sign) == 0 and p.poll() is None:
                time.sleep(.01)
            time.sleep(RNG.uniform(0, .3) * .7 ** attempt)
        try:
            os.kill(ranks[RNG.randint(len(ranks))], signal.SIGKILL)
        except (ProcessLookupError, IndexError, ValueError):
            pass
        r = end(p, args)
        if r.code != 0:
            return r
        reset(args)
    return None


def size_of(path):
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def reset(args):
    folder = os.path.dirname(args[args.index("-o") + 1])
    shutil.rmtree(folder)
    os.mkdir(folder)


def kills(label, n, args, ordinary, is_whole, sign=None):
    """ordinary: the bytes expected in the file after -o. sign: as of kill_once."""
    out = args[args.index("-o") + 1]
    reset(args)
    began = time.monotonic()
    r = run(3, *args)
    duration = time.monotonic() - began
    ok(r.code == 0 and read_bytes(out) == ordinary, f"{label}: undisturbed", r)
    left_behind, n_resumed = set(), 0
    for i in range(n):
        name = f"{label}: kill {i + 1} of {n}"
        reset(args)
        r = kill_once(args, duration, sign)
        if not ok(r is not None and r.code != 0 and r.err.strip(), f"{name}: the job ends with a message and a code", r):
            continue
        left = sorted(os.listdir(os.path.dirname(out)))
        left_behind.add(tuple(left))
        ok(not os.path.exists(out) or read_bytes(out) == ordinary, f"{name}: nothing half-written stands in the output's place", left)
        is_whole(name, os.path.dirname(out), left)
        r = run(3, *args)
        n_resumed += "interrupted ingest left" in r.err or "earlier run" in r.err
        ok(r.code == 0 and read_bytes(out) == ordinary, f"{name}: the next run completes it, to the same bytes", r, left)
        after = [x for x in os.listdir(os.path.dirname(out)) if x != os.path.basename(out) and ".tmp" not in x]
        ok(not after, f"{name}: and nothing else is left", left, after)
    diag(f"{label}: undisturbed {duration:.2f} s, {n_resumed} of {n} went on from what was done; left behind: {sorted(left_behind)}")
    return n_resumed


def check_parts(name, folder, left):
    for part in (x for x in left if ".part" in x and x.rsplit(".part", 1)[1].isdigit()):
        r = run(0, "check", os.path.join(folder, part))
        ok(r.code == 0, f"{name}: {part} is whole", r)


def nothing(*_):
    pass


def long_enough(scores, out):
    """Options of a generalize that still works well after the second in which nothing is kept, however fast the machine; its result in out."""
    n_resample, duration = 4000, 0
    while duration < (5 if TORTURE else 1.8):
        n_resample *= 2
        options = ("--set", SET, "--no-provenance", "--resamples", str(n_resample), "-k", "50")
        began = time.monotonic()
        good("generalize", scores, *options, "-j", str(min(3, os.cpu_count())), "-o", out)
        duration = time.monotonic() - began
    return options


def main():
    need_mpi()
    tmp = temporary()
    source, here = os.path.join(tmp, "source"), os.path.join(tmp, "here")
    write(source)
    os.mkdir(here)
    a, s, g = (os.path.join(tmp, n) for n in ("a.h5", "s.h5", "g.tsv"))
    good("ingest", "-q", "--no-provenance", "-o", a, source)
    kills("ingest", 50 if TORTURE else 3, ("ingest", "--no-provenance", "-o", os.path.join(here, "a.h5"), source), read_bytes(a), check_parts)
    good("ingest", "-q", "--no-provenance", "-o", a + "f", FIXTURES)
    good("normalize", "-q", "--no-provenance", "-o", s, a + "f")
    kills("normalize", 20 if TORTURE else 1, ("normalize", "--no-provenance", "-o", os.path.join(here, "s.h5"), a + "f"), read_bytes(s), nothing)
    options = long_enough(s, g)
    n = kills("generalize", 30 if TORTURE else 1, ("generalize", s, *options, "-o", os.path.join(here, "g.tsv")), read_bytes(g), nothing,
              sign=os.path.join(here, ".g.tsv.journal"))
    ok(n > 0, "generalize: some went on from the journal", n)
    done()


main()
