"""Runs commands under fault.c: counts their calls, makes the n-th fail, and judges what came of it."""
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "twin"))
from tap import HYPERLIST, need_program, read_bytes, skip_all

N_WORKER = os.cpu_count() or 1
# Of these nothing may be held at the end; HDF5 and curl keep what they have for good.
FREED = ("program", "libcjson", "libzip", "libcsv", "libpopt", "libgsl", "libdeflate", "libz.", "libxxhash")


def build(folder):
    """The library, or None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    library = os.path.join(folder, "fault.so")
    if compiler is None:
        return None
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-g", "-Wall", "-Wextra", "-o", library,
                    *(os.path.join(HERE, name) for name in ("fault.c", "calls.c", "held.c", "writes.c")), "-ldl"], check=True)
    return library


def tree(folder):
    """{path: bytes, or None for a folder} of all that is below."""
    found = {}
    for root, folders, names in os.walk(folder):
        for name in folders:
            found[os.path.relpath(os.path.join(root, name), folder)] = None
        for name in names:
            full = os.path.join(root, name)
            found[os.path.relpath(full, folder)] = read_bytes(full)
    return found


class Outcome:
    def __init__(self, code, out, err, files, log):
        self.code, self.out, self.err, self.files = code, out, err, files
        self.n_call, self.sites, self.failed, self.left = None, [], None, []
        for line in log.splitlines():
            word, *rest = line.split()
            if word == "calls":
                self.n_call = int(rest[0])
            elif word == "site":
                self.sites.append((int(rest[0]), rest[1], rest[3]))
            elif word == "failed":
                self.failed = rest
            else:
                self.left.append(line)

    def leaks(self, of_libraries=True):
        """What is held that should not be."""
        found = []
        for line in self.left:
            word, *rest = line.split()
            if (word in ("open", "hdf5") and of_libraries) or (word == "live" and rest[0].startswith(FREED if of_libraries else FREED[:1])):
                found.append(line)
        return found


def build_or_skip(folder):
    need_program()
    library = build(folder)
    if library is None:
        skip_all("no C compiler")
    return library


class Sweep:
    """root: where `in` is; a folder a worker is made beside it."""

    def __init__(self, root, library):
        self.root, self.library = root, library
        self.free = [os.path.join(root, f"w{i}") for i in range(N_WORKER)]
        self.n_run = 0

    def run(self, command, env=None, is_new=True, folder=None, log=None):
        """is_new: in a folder of what is to be there before; else in the given one as it is."""
        if folder is None:
            return self.in_folder(lambda mine: self.run(command, env, is_new, mine, log))
        log = log or folder + ".log"
        if is_new:
            lay_out(command, folder)
        if os.path.exists(log):
            os.remove(log)
        environment = dict(os.environ, LD_PRELOAD=self.library, FAULT_LOG=log, MALLOC_PERTURB_="165", **(env or {}))
        environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        try:
            p = subprocess.run([HYPERLIST, *command.args], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=120)
            code, out, err = p.returncode, p.stdout, p.stderr
        except subprocess.TimeoutExpired as e:
            code, out, err = "no end", e.stdout or b"", e.stderr or b""
        found = Outcome(code, out, err.decode(errors="backslashreplace"), tree(folder), read_bytes(log).decode() if os.path.exists(log) else "")
        self.n_run += 1
        return found

    def in_folder(self, run):
        """run(folder), in one that nobody else has."""
        folder = self.free.pop()
        try:
            return run(folder)
        finally:
            self.free.append(folder)

    def each(self, jobs, run=None):
        """[(job, what came of it)]"""
        with ThreadPoolExecutor(N_WORKER) as pool:
            return list(pool.map(lambda job: (job, (run or self.run)(*job)), jobs))


def lay_out(command, folder):
    """The folder, with what is there before and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    for name, data in command.before.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)


def spread(items, n):
    """n of them: the first, the last, and evenly between."""
    return list(items) if len(items) <= n else [items[len(items) // 2]] if n == 1 else [items[round(i * (len(items) - 1) / (n - 1))] for i in range(n)]


def before(command):
    folders = {os.path.dirname(n): None for n in command.before if os.path.dirname(n)}
    return {**folders, **command.before}


def is_passing(name):
    """A temporary, which the next run writes over or takes over."""
    return any(part.startswith(".") or ".part" in part for part in name.split("/"))


def changed(command, undisturbed, files, may_be_new):
    """What a run that failed has left or changed. may_be_new: files may be what they were to be, each for itself."""
    old, new = before(command), undisturbed.files
    if may_be_new:
        strange = [n for n in files if n not in old and n not in new or files[n] not in (old.get(n, b""), new.get(n, b""))]
        strange += [n for n in old if n not in files]
    else:
        strange = [n for n in {**files, **old} if files.get(n, b"") != old.get(n, b"") or (n in files) != (n in old)]
    if command.resumes:
        strange = [n for n in strange if not is_passing(n)]
    return [f"left or changed: {sorted(strange)}"] if strange else []


def judge(command, undisturbed, found, codes, words, is_exact=True):
    """What is wrong with a run in which something failed: a list of texts, empty if nothing. is_exact: libraries are to have
    given back all memory too."""
    wrong = []
    lines = [x for x in found.err.splitlines() if not x.startswith("hyperlist ") or "warning" not in x]
    if found.code == undisturbed.code:  # it could do without
        if found.files != undisturbed.files:
            names = [n for n in {**found.files, **undisturbed.files} if found.files.get(n, 0) != undisturbed.files.get(n, 0)]
            wrong.append(f"ended with {found.code}, but other files: {sorted(names)}")
        if found.out != undisturbed.out:
            wrong.append(f"ended with {found.code}, but another output: {found.out[:200]!r}")
        if found.failed is None:
            wrong.append("nothing was made to fail")
    else:
        if found.code not in codes:
            wrong.append(f"ended with {found.code}, expected {codes}")
        if not lines or not any(x.startswith("hyperlist ") for x in (lines[-1:] if is_exact else lines)):  # HDF5 too may speak
            wrong.append("no message")
        elif words and not any(w in lines[-1] for w in words):
            wrong.append(f"expected one of {words} in the message")
        # A folder is synced after the fact, and memory may run out while it is told what was made: each file is then as it was
        # or as it is to be.
        wrong += changed(command, undisturbed, found.files, command.several or codes == (6,) or (found.failed and found.failed[1] == "fsync"))
    if not isinstance(found.code, int) or found.code < 0 or found.n_call is None:
        wrong.append("did not end by itself")
    wrong += found.leaks(is_exact)
    return wrong
