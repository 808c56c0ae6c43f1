"""TORTURE=1: a list from a table of which one rank may not hold a quarter: 64,000 tasks x 1,000 configs, 640 MB as a rank holds them, where
each may have 600,000 KB of address space, most of that taken by MPI and libraries. One rank cannot, four can, with the ordinary bytes."""
import os
import shlex
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench"))
import ranks
from ranks import SET, command, end, need_mpi
from tap import done, good, ok, read_bytes, skip_all, temporary
import subprocess

if not os.environ.get("TORTURE"):
    skip_all("half a GB of scores: only with TORTURE=1")
need_mpi()
from scaling import make_scores

tmp = temporary()
s, l = os.path.join(tmp, "s.h5"), os.path.join(tmp, "l.json")
make_scores(s, 64_000)
args = ("learn", "-j1", "-q", s, "--set", SET, "-k", "5", "--no-provenance", "-o")
good(*args, l)
for n_rank in (1, 4):
    out = f"{l}{n_rank}"
    starter = command(n_rank)
    limited = [*starter[:-1], "bash", "-c", f"ulimit -v 600000; exec {shlex.join([ranks.HYPERLIST_MPI, *args, out])}"]
    r = end(subprocess.Popen(limited, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ranks.ENV))
    if n_rank == 1:
        ok(r.code == 6 and "out of memory" in r.err, "one rank has not the memory", r)
    else:
        ok(r.code == 0 and read_bytes(out) == read_bytes(l), "four ranks have, and make the same list", r)
done()
