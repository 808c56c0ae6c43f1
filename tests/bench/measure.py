"""Processes and what they took; their outputs, held against the peer's."""
import hashlib
import os
import shutil
import statistics
import subprocess
import sys

PYTHON = shutil.which(os.environ.get("PYTHON") or "/usr/bin/python3") or sys.executable  # a path: it is run as it is
HERE = os.path.dirname(os.path.abspath(__file__))
programs = None  # the folder of took, limits and the makers of inputs


class Failed(Exception):
    """A job that has no time to show: it does not run, or its numbers are wrong."""


class Took:
    """One run: wall seconds, CPU seconds (its children's included), MB of peak memory, and what it said."""

    def __init__(self, seconds, cpu, mb, said):
        self.seconds, self.cpu, self.mb, self.said = seconds, cpu, mb, said


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def run(args, log):
    """A whole process, from before it is made to after it has gone (took.c); memory is the largest of it and of any child it waited for."""
    with open(log, "wb") as file:
        p = subprocess.Popen([os.path.join(programs, "took"), log + ".took", *args], stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        try:
            status = p.wait()
        except BaseException:
            p.terminate()
            p.wait()
            raise
    with open(log, errors="replace") as file:
        said = file.read()
    if status == 0:
        with open(log + ".took") as file:
            seconds, cpu, kb, status = map(float, file.read().split())
    if status != 0:
        raise Failed(f"ended with {status:.0f}: {' '.join(args)}: {said.strip()[-400:]}")
    return Took(seconds, cpu, kb / 1024, said)


def digest(path):
    """Of a file, of all files of a folder; of an HDF5 file also of the parts beside it that its links lead to."""
    sums = hashlib.blake2b()
    paths = [path, *sorted(os.path.join(os.path.dirname(path), n) for n in os.listdir(os.path.dirname(path))
                           if n.startswith(os.path.basename(path) + "."))]
    for top in paths:
        names = [top] if not os.path.isdir(top) else sorted(os.path.join(d, n) for d, _, files in os.walk(top) for n in files)
        for name in names:
            with open(name, "rb") as file:
                while block := file.read(1 << 20):
                    sums.update(block)
    return sums.digest()


class Comparison:
    """Holds every different output of ours against the peer's of that round. (Of the peers, some write the time of day into what they make: the
    numbers of one program on one input are taken to stay.)"""

    def __init__(self, kind, source, program=os.path.join(HERE, "compare.py")):
        self.kind, self.source, self.program, self.known = kind, source, program, set()

    def check(self, ours, peer):
        mine = digest(ours)
        if mine in self.known:
            return
        r = subprocess.run([PYTHON, self.program, self.kind, ours, peer, *([self.source] if self.source else [])], stdin=subprocess.DEVNULL,
                           capture_output=True, text=True)
        if r.returncode != 0:
            raise Failed(f"the numbers differ: {(r.stderr.strip().splitlines() or ['no word why'])[-1]}")
        self.known.add(mine)


def median_of(values):
    return statistics.median(values)


def quartiles(values):
    """The middle half of some values; of few, their ends."""
    if len(values) < 4:
        return min(values), max(values)
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def warm(paths):
    """Into the page cache."""
    for path in paths:
        for folder, _, files in ([(os.path.dirname(path), [], [os.path.basename(path)])] if os.path.isfile(path) else os.walk(path)):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    while file.read(1 << 22):
                        pass


def has_module(name):
    return subprocess.run([PYTHON, "-c", f"import {name}"], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def tell(line, end="\n"):
    print(line, end=end, file=sys.stderr, flush=True)
