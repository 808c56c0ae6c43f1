"""The n-th call fails: memory, files, threads; in every command; in our own code and within the libraries.

What has to come of it: exit code 6 and "out of memory", or 3 and a message, or, where the program can do without, the same output; never
a signal, no temporary left, nothing that was there before lost, nothing held at the end. Within libraries memory may cost the
process its life (HDF5 and popt do not survive every failure): then what was there before is still there, and the next run
completes.

TORTURE empty: the first call by each way (the innermost functions) that no command before has gone. Else all calls of our own, every
way within libraries, and once more with all calls of a kind failing from there on. Arguments: parts of commands' names."""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import commands
import sweep
from tap import diag, done, need_program, ok, skip_all, temporary

TORTURE, SANITIZED = bool(os.environ.get("TORTURE")), bool(os.environ.get("SANITIZED"))
# kind of calls, whose, codes, words of the message
OWN = [("m", "own", (6,), ("out of memory",)), ("f", "own", (3,), ()), ("t", "own", (3,), ())]
LIBRARY = [("f", "library", (3,), ()), ("m", "library", (6,), ())]
DAILY_LIBRARY = ("ingest grows", "normalize", "learn")  # files; what HDF5 does for the others is the same
# What libraries make of a failure that they do not survive: signals, HDF5's and popt's own exits, and reports of what they
# took for the cause.
DIED = (-11, -6, 255, 1, 2, 3, 4)


def died_well(s, command, found, undisturbed):
    """A process that a library has taken down left what was there, or what the next run goes on from."""
    wrong = [f"changed: {n}" for n, data in command.before.items() if found.files.get(n) not in (data, undisturbed.files.get(n))]
    strange = [n for n in found.files if n not in command.before and n not in undisturbed.files and not sweep.is_passing(n)]
    return wrong + [f"left: {n}" for n in strange]


def tell(title, env, found, wrong):
    return f"{title}, {env}: {found.failed}: {'; '.join(wrong)}\n{found.err[-400:]}"


def check(s, command, undisturbed, title, kind, codes, words, seen):
    kinds, where = kind
    base = {"FAULT_CALLS": kinds, "FAULT_WHERE": where}
    counted = s.run(command, base)
    every = TORTURE and where == "own" and not SANITIZED
    ns = list(range(counted.n_call)) if every else [n for n, near in counted.sites if TORTURE or near not in seen]
    seen.update(near for _, near in counted.sites)
    jobs = [(command, dict(base, FAULT_AT=str(n))) for n in ns]
    if TORTURE:
        jobs += [(command, dict(base, FAULT_AT=str(n), FAULT_ON="1")) for n, _ in counted.sites]
    bad, codes_seen, n_died = [], collections.Counter(), 0
    for (_, env), found in s.each(jobs):
        codes_seen[found.code] += 1
        may_die = kinds == "m" and where == "library" and found.code in DIED and found.failed is not None
        if may_die:
            n_died += 1
            wrong = died_well(s, command, found, undisturbed)
        else:
            wrong = sweep.judge(command, undisturbed, found, codes, words, is_exact=where == "own")
        if wrong:
            bad.append(tell(title, env, found, wrong))
    ok(not bad, f"{title}: {len(jobs)} failures of {counted.n_call} calls", f"{len(bad)} of {len(jobs)}", *bad[:5])
    return len(jobs), n_died


def main():
    need_program()
    tmp = temporary()
    library = sweep.build(tmp)
    if library is None:
        skip_all("no C compiler")
    s = sweep.Sweep(tmp, library)
    totals, seen = collections.Counter(), set()
    for command in commands.commands(commands.prepare(tmp)):
        if len(sys.argv) > 1 and not any(word in command.name for word in sys.argv[1:]):
            continue
        undisturbed, again = s.run(command), s.run(command)
        ok(undisturbed.code == 0 and not undisturbed.leaks() and undisturbed.files == again.files and undisturbed.out == again.out,
           f"{command.name}: undisturbed it works, always the same, and gives back what it took", undisturbed.err, undisturbed.left)
        kinds = OWN + [k for k in LIBRARY if not SANITIZED and (TORTURE or (k[0] == "f" and command.name in DAILY_LIBRARY))]
        if SANITIZED and not TORTURE:
            kinds = OWN if command.name in ("ingest grows", "report") else []
        for calls, where, codes, words in kinds:
            n, n_died = check(s, command, undisturbed, f"{command.name}: {calls}, {where}", (calls, where), codes, words, seen)
            totals[calls, where] += n
            totals["died"] += n_died
    diag("; ".join(f"{n} {name}" for name, n in [*totals.items(), ("runs in all", s.n_run)]))
    done()


main()
