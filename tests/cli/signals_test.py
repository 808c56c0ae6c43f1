"""SIGINT ends with 130, SIGTERM with 143, and the archive is what it was; a closed stdout ends quietly with 0."""
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
from make_scores import write_scores
from tap import HYPERLIST, done, good, need_program, ok, read_bytes, run, same, temporary

SET = "adam8p_wide_grid_1k"


def check_signals(tmp):
    first, source = os.path.join(tmp, "first"), os.path.join(tmp, "source")
    make_npz.write_release(first, 1, n_config=20)
    for t in range(1, 7):
        ys = np.random.RandomState(t).standard_normal((800, 4, 41, 4)).astype("<f4")
        path = make_npz.release_file(source, f"mini_quadratic_family_seed{t}", last=2000, replicas=4)
        make_npz.write_zip(path, make_npz.members(make_npz.optimizers(seeds=range(800)), make_npz.steps(41), ys))
    old, whole, archive = (os.path.join(tmp, d, "a.h5") for d in ("old", "whole", "run"))
    for d in ("old", "whole", "run"):
        os.mkdir(os.path.join(tmp, d))
    good("ingest", "-o", old, "--no-provenance", first)
    shutil.copy(old, whole)
    start = time.monotonic()
    good("ingest", "-o", whole, "--no-provenance", source)
    duration = time.monotonic() - start
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        name = signal.Signals(number).name
        stopped = False
        for share in (.5, .3, .7, .2, .4, .1):  # until one comes while it works
            shutil.rmtree(os.path.dirname(archive))
            os.mkdir(os.path.dirname(archive))
            shutil.copy(old, archive)
            p = subprocess.Popen([HYPERLIST, "ingest", "-o", archive, "--no-provenance", source], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
            time.sleep(duration * share)
            p.send_signal(number)
            out, err = p.communicate(timeout=60)
            if p.returncode == 0:
                continue
            stopped = True
            ok(p.returncode == code, f"{name} ends with {code}", p.returncode, out, err)
            ok(not out and len(err.splitlines()) <= 1, f"{name}: at most a line is said", out, err)
            ok(read_bytes(archive) == read_bytes(old), f"{name}: the archive is as it was", os.listdir(os.path.dirname(archive)))
            ok(not [n for n in os.listdir(os.path.dirname(archive)) if n != "a.h5" and not n.startswith("a.h5.part")],
               f"{name}: no temporary is left", os.listdir(os.path.dirname(archive)))
            good("ingest", "-o", archive, "--no-provenance", source)
            same(os.listdir(os.path.dirname(archive)), ["a.h5"], f"{name}: the next ingest leaves the archive alone")
            d = subprocess.run(["h5diff", archive, whole], capture_output=True, text=True)
            ok(d.returncode == 0, f"{name}: and completes it", d.stdout, d.stderr)
            break
        ok(stopped, f"{name} came while it worked", f"undisturbed {duration:.3f} s")


def check_closed_stdout(tmp):
    s, l = os.path.join(tmp, "s.h5"), os.path.join(tmp, "l.json")
    f = np.random.RandomState(1).uniform(0, 1, (40, 900))
    write_scores(s, {SET: (f, f)})
    good("learn", s, "--set", SET, "-o", l)
    for args in (["evaluate", l, s, "--per-task"], ["info", s], ["evaluate", l, s, "--json"], ["--help"], ["learn", "--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        r = run(*args, stdout=writer)
        os.close(writer)
        ok(r.code == 0 and not any(w in r.err.lower() for w in ("pipe", "cannot", "error", "stdout")), f"closed stdout: {' '.join(a for a in args if a not in (l, s))} ends quietly with 0", r)
    for args in (["--help"], ["--version"], ["learn", "--help"], ["ingest", "--version"]):
        r = run(*args)
        ok(r.code == 0 and r.out and not r.err, f"{' '.join(args)} is on stdout, 0", r)
    a = run("evaluate", l, s, "--no-provenance")
    before = run("evaluate", "--no-provenance", l, s)
    ok(a.code == 0 and a.out == before.out, "options before or after the arguments", before)
    r = run("evaluate", "-o", "/dev/stdout", l, s, "--no-provenance")
    ok(r.code == 0 and r.out == a.out, "-o to a pipe is written straight", r)


def main():
    need_program()
    tmp = temporary()
    check_signals(tmp)
    check_closed_stdout(tmp)
    done()


main()
