"""TAP, temporary folders and the program, for the tests in Python."""
import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HYPERLIST = os.path.abspath(os.environ.get("HYPERLIST") or os.path.join(ROOT, "build", "hyperlist"))
os.environ.setdefault("HYPERLIST_SHARE", ROOT)
SHARED = os.path.abspath(os.path.join(ROOT, "..", "shared"))

sys.stdout.reconfigure(line_buffering=True, encoding="utf-8", errors="backslashreplace")

_count = 0
_failed = 0


def ok(condition, name, *diagnosis):
    global _count, _failed
    _count += 1
    name = str(name).replace("#", "no.").replace("\n", " ")
    print(f"{'ok' if condition else 'not ok'} {_count} - {name}")
    if not condition:
        _failed += 1
        tell(f"failed in {sys.argv[0]}: {name}")
        for item in diagnosis:
            tell(item() if callable(item) else item)
    return bool(condition)


def same(found, expected, name):
    return ok(found == expected, name, f"found    {found!r}", f"expected {expected!r}")


def diag(message, stream=None):
    for line in str(message)[:4000].splitlines() or [""]:
        print(f"# {line}", file=stream)


def tell(message):
    """To stderr, which a run of all tests shows."""
    diag(message, sys.stderr)


def skip(name, why):
    global _count
    _count += 1
    print(f"ok {_count} - {name} # SKIP {why}")
    tell(f"skipped in {sys.argv[0]}: {name}: {why}")


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    tell(f"skipped: {sys.argv[0]}: {why}")
    sys.exit(0)


def done():
    print(f"1..{_count}")
    sys.exit(1 if _failed else 0)


def uncounted(stderr):
    """Without the words of a build that counts coverage, which says that its counts went nowhere (GCOV_PREFIX=/dev/null)."""
    return "".join(line for line in stderr.splitlines(True) if not line.startswith("profiling:"))


def temporary():
    """A folder that goes away with the test (kept where HYPERLIST_KEEP is set)."""
    folder = tempfile.mkdtemp(prefix="hyperlist-test-")
    if os.environ.get("HYPERLIST_KEEP"):
        diag(f"kept: {folder}")
    else:
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class Ran:
    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    def __str__(self):
        shown = " ".join(a.decode(errors="backslashreplace") if isinstance(a, bytes) else str(a) for a in self.args)
        return f"$ hyperlist {shown}\nexit {self.code}\nstdout: {self.out[:600]!r}\nstderr: {self.err[:1500]!r}"


# How many times as long a run may take as it otherwise might: by an emulator, say.
PATIENCE = float(os.environ.get("PATIENCE", 1))


def run(*args, cwd=None, stdout=None, timeout=120, env=None):
    """The program, run to its end. Text that is not UTF-8 comes back escaped."""
    p = subprocess.Popen([HYPERLIST, *args], cwd=cwd, stdin=subprocess.DEVNULL, stdout=stdout or subprocess.PIPE,
                         stderr=subprocess.PIPE, env=dict(os.environ, **(env or {})))
    try:
        out, err = p.communicate(timeout=timeout * PATIENCE)
    except subprocess.TimeoutExpired:
        p.kill()
        out, err = p.communicate()
        err += b"\n(the test's own time limit was reached)"
    return Ran(args, p.returncode, (out or b"").decode(errors="backslashreplace"), err.decode(errors="backslashreplace"))


def good(*args, **more):
    """A run that must succeed; reported where it does not, and the test file ends there."""
    r = run(*args, **more)
    if r.code != 0:
        ok(False, f"hyperlist {args[0]} runs", r)
        done()
    return r


def need_program():
    if not os.access(HYPERLIST, os.X_OK):
        print(f"Bail out! no program at {HYPERLIST}")
        sys.exit(1)


def read_bytes(path):
    with open(path, "rb") as f:
        return f.read()


def table(text):
    """(comment lines, rows as dicts) of a TSV."""
    comments, rows, head = [], [], None
    for line in text.splitlines():
        if line.startswith("#"):
            comments.append(line)
        elif head is None:
            head = line.split("\t")
        else:
            rows.append(dict(zip(head, line.split("\t"))))
    return comments, rows


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
