"""The n-th call fails: memory, files, threads; in every command; in our own code and within the libraries. And calls that end well
but by parts, or are interrupted: then nothing is different.

What has to come of a failure: exit code 6 and "out of memory", or 3 and a message, or, where the program can do without (a thread
more, say), the same output; never a signal, no temporary left, nothing that was there before lost, nothing held at the end. Within
libraries memory may cost the process its life (HDF5 and popt do not survive every failure): then what was there before is still
there, and the next run completes. That popt loses an option, and the command goes on without it, is not among this.

TORTURE empty: of each command and each function of libc the first and the last way by which it is called, some between them, and
the very last call; and some libraries' calls for memory, where they have forgotten what they had no memory for. Else all calls of our
own, the ways within libraries (of those for memory every N_TH-th), and once more with all calls of a kind failing from there on.
Arguments: parts of commands' names."""
import collections
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import commands
import sweep
from tap import diag, done, ok, temporary

TORTURE, SANITIZED = bool(os.environ.get("TORTURE")), bool(os.environ.get("SANITIZED"))
# Ways chosen of a kind of calls in a command; of our own also the first and the last of each function.
N_WAY = {"own": 2, "library": 1}
# Of the ways to libraries' calls for memory (12,000 in all commands) with TORTURE every so manieth fails, alone, and with all later ones.
N_TH, N_TH_ON = 2, 8
# By this call a picture begins, when its numbers lie in a passing folder: from there on all fail in any case.
DRAWS = "tmpfile64"
# kind of calls, whose, codes, words of the message
OWN = [("m", "own", (6,), ("out of memory",)), ("f", "own", (3,), ()), ("t", "own", (3,), ())]
LIBRARY = [("f", "library", (3,), ()), ("m", "library", (6,), ())]
# Libraries that go on without memory, and with less than there was: an option's argument lost, an output without its end.
FORGETS = {"libpopt": ("evaluate", "fetch"), "libc.so": ("report",)}
# What HDF5 makes of a failure that it does not survive: signals, an exit of its own, and reports of what it took for the cause.
DIED = (-11, -6, 255, 1, 3, 4)
# Where popt cannot copy a text it ends the process.
POPT_DIED = "virtual memory exhausted"


def died_well(command, found, undisturbed):
    """A process that a library has taken down left what was there, or what the next run goes on from."""
    wrong = [f"changed: {n}" for n, data in command.before.items() if found.files.get(n) not in (data, undisturbed.files.get(n))]
    strange = [n for n in found.files if n not in sweep.before(command) and n not in undisturbed.files and not sweep.is_passing(n)]
    return wrong + [f"left: {n}" for n in strange]


def has_died(kinds, where, found):
    """Was the process taken down by a library that had no memory?"""
    if kinds != "m" or where == "own" or found.failed is None:
        return False
    return found.err.startswith(POPT_DIED) if found.code == 1 and POPT_DIED in found.err else where == "library" and found.code in DIED


def choose(command, counted, kinds, where):
    """Which calls are made to fail."""
    if ((TORTURE or kinds in command.every) and where == "own" and not SANITIZED) or where in FORGETS:
        return range(counted.n_call)
    if TORTURE:
        return [n for n, _, _ in counted.sites][::N_TH if (kinds, where) == ("m", "library") else 1]
    by_function = collections.defaultdict(list)
    for n, function, _ in counted.sites:
        by_function[function].append(n)
    chosen = {n for ns in by_function.values() for n in (ns[0], ns[-1])} if where == "own" else set()
    chosen.update(sweep.spread([n for n, _, _ in counted.sites], N_WAY[where]))
    return sorted(chosen | ({counted.n_call - 1} if counted.n_call else set()))


def fail_each(s, command, counted, undisturbed, title, kind, codes, words):
    kinds, where = kind
    base = {"FAULT_CALLS": kinds, "FAULT_WHERE": where}
    jobs = [(command, dict(base, FAULT_AT=str(n))) for n in choose(command, counted, kinds, where)]
    every = N_TH_ON if (kinds, where) == ("m", "library") else 1
    jobs += [(command, dict(base, FAULT_AT=str(n), FAULT_ON="1")) for n, function, _ in counted.sites[::every] if TORTURE or function == DRAWS]
    bad, n_died = [], 0
    for (_, env), found in s.each(jobs):
        if has_died(kinds, where, found):
            n_died += 1
            wrong = died_well(command, found, undisturbed)
        else:
            wrong = sweep.judge(command, undisturbed, found, codes, words, is_exact=where == "own")
        if wrong:
            bad.append(f"{title}, {env}: {found.failed}: {'; '.join(wrong)}\n{found.err[-400:]}")
    ok(not bad, f"{title}: {len(jobs)} failures of {counted.n_call} calls", f"{len(bad)} of {len(jobs)}", *bad[:5])
    return len(jobs), n_died


def awkward(s, command, undisturbed):
    """Each read and write takes a part, or is interrupted every other time."""
    jobs = [(command, {"FAULT_STYLE": style, "FAULT_CALLS": "f", "FAULT_WHERE": "any"}) for style in ("eintr", "short")]
    bad = [(env, found.code, found.err[-300:], sorted(n for n in undisturbed.files if found.files.get(n, 0) != undisturbed.files[n]))
           for (_, env), found in s.each(jobs) if (found.code, found.out, found.files) != (0, undisturbed.out, undisturbed.files) or found.leaks()]
    ok(not bad, f"{command.name}: interrupted reads and writes, and short ones: the same bytes", *bad)


def check(s, command, totals):
    kinds = OWN + ([] if SANITIZED else LIBRARY if TORTURE else LIBRARY[:1])
    kinds += [("m", library, (6,), ("out of memory",)) for library, names in FORGETS.items() if not SANITIZED and (TORTURE or command.name in names)]
    undisturbed = s.run(command)
    for calls, where, codes, words in kinds:
        this, expected = command, undisturbed
        if calls == "t" and command.with_threads():
            this = command.with_threads()
            expected = s.run(this)
        counted = s.run(this, {"FAULT_CALLS": calls, "FAULT_WHERE": where})
        ok(counted.code == 0 and not counted.leaks() and counted.files == expected.files and counted.out == expected.out,
           f"{command.name}: {calls}, {where}: undisturbed it works, always the same, and gives back what it took", counted.err, counted.left)
        n, n_died = fail_each(s, this, counted, expected, f"{command.name}: {calls}, {where}", (calls, where), codes, words)
        totals[calls, where] += n
        totals["died"] += n_died
    awkward(s, command, undisturbed)


def main():
    tmp = temporary()
    s = sweep.Sweep(tmp, sweep.build_or_skip(tmp))
    totals = collections.Counter()
    for command in commands.commands(commands.prepare(tmp), commands.start_server()):
        if len(sys.argv) == 1 or any(word in command.name for word in sys.argv[1:]):
            check(s, command, totals)
    diag("; ".join(f"{n} {name}" for name, n in [*totals.items(), ("runs in all", s.n_run)]))
    done()


main()
