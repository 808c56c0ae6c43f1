"""Starting ranks, for the tests of the program for clusters."""
import functools
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
from tap import HYPERLIST, ROOT, Ran, skip_all

HYPERLIST_MPI = os.path.abspath(os.environ.get("HYPERLIST_MPI") or os.path.join(ROOT, "build", "hyperlist-mpi"))
MPIRUN = os.environ.get("MPIRUN", "mpirun")
ENV = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
SET = "adam8p_wide_grid_1k"
FIXTURES = os.path.join(ROOT, "fixtures", "release")


def need_mpi():
    if shutil.which(MPIRUN) is None or not os.access(HYPERLIST_MPI, os.X_OK):
        skip_all(f"no {MPIRUN}, or no program at {HYPERLIST_MPI}: make deps MPI=1, make MPI=1")


@functools.lru_cache(None)
def is_open_mpi():
    return b"Open MPI" in subprocess.run([MPIRUN, "--version"], capture_output=True, env=ENV).stdout


def command(n_rank, *args):
    """More ranks than cores: of Open MPI one has to ask for that."""
    return [MPIRUN, *(["--oversubscribe"] if is_open_mpi() else []), "-n", str(n_rank), HYPERLIST_MPI, *args]


def start(n_rank, *args, **more):
    return subprocess.Popen(command(n_rank, *args), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV, **more)


def end(p, args=()):
    try:
        out, err = p.communicate(timeout=100)
    except subprocess.TimeoutExpired:
        p.kill()
        out, err = p.communicate()
        err += b"\n(the test's own time limit was reached)"
    return Ran(args, p.returncode, out.decode(errors="backslashreplace"), err.decode(errors="backslashreplace"))


def run(n_rank, *args):
    """n_rank 0: the ordinary program."""
    if n_rank == 0:
        return end(subprocess.Popen([HYPERLIST, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE), args)
    return end(start(n_rank, *args), args)


def ours(r):
    """Our own lines on stderr: what mpirun adds when a rank fails is its affair."""
    return [line for line in r.err.splitlines() if line.startswith("hyperlist")]


def find_ranks(pid):
    """Processes of the program below a starter."""
    found = []
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            children = f.read().split()
    except OSError:
        return []
    for child in children:
        try:
            is_rank = os.path.realpath(f"/proc/{child}/exe") == os.path.realpath(HYPERLIST_MPI)
        except OSError:
            continue
        found += [int(child)] if is_rank else find_ranks(child)
    return found
