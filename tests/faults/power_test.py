"""A power cut at any moment. What a command does to files is told by the library of fault.c, call by call, and played again up to
each call; of what was not synced by then any part may be lost. The output is then what it was or what it was to be, whole.

How a disk is thought of here, which is worse than most: the content of a file is sure up to its last fsync, each later write,
or pages of it, may be there or not, in any combination, and what is not reads as zeros or as what was there before; a name is sure
after an fsync of its folder, each later rename, new name or removal may have happened or not, whatever came of others. Nothing is
synced by itself.

TORTURE=1: after each call of every command with an output 100 combinations, and 40 times the next run from what is left; else fewer."""
import collections
import hashlib
import os
import random
import shutil
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import commands
import make_npz
import sweep
from tap import diag, done, good, ok, read_bytes, run, temporary

TORTURE = bool(os.environ.get("TORTURE"))
N_COMBINATION, N_NEXT = (100, 40) if TORTURE else (4, 3)
PAGE = 4096
RNG = random.Random(7)


def write_source(root, tasks):
    """Each task has more configs than those before it, so that each begins a part of its own."""
    for t in tasks:
        n = 10 + 5 * t
        ys = np.random.RandomState(t).standard_normal((n, 2, 5, 4)).astype("<f4")
        path = make_npz.release_file(root, f"mini_quadratic_family_seed{t}", last=200, replicas=2)
        make_npz.write_zip(path, make_npz.members(make_npz.optimizers(seeds=range(n)), make_npz.steps(5), ys))


def read_log(path):
    """[(call, argument, ..)]; of a write the last is its bytes."""
    data, at, calls = read_bytes(path), 0, []
    while at < len(data):
        end = data.index(b"\n", at)
        call = data[at:end].decode().split("\t")
        at = end + 1
        if call[0] == "write":
            n = int(call[3])
            call[3] = data[at:at + n]
            at += n
        calls.append(call)
    return calls


class File:
    def __init__(self, data=b""):
        self.sure, self.later = bytearray(data), []  # [(at, bytes)], or [(length, None)]

    def sync(self):
        self.sure, self.later = self.with_later(self.later), []

    def with_later(self, later):
        data = bytearray(self.sure)
        for at, new in later:
            if new is None:
                data = data[:at].ljust(at, b"\0")
            else:
                data = data.ljust(at, b"\0")
                data[at:at + len(new)] = new
        return data

    def after_cut(self, keeps):
        """keeps(): is this write, or page of it, there?"""
        kept = []
        for at, new in self.later:
            if new is None:
                kept += [(at, None)] if keeps() else []
            else:
                kept += [(at + k, new[k:k + PAGE]) for k in range(0, len(new), PAGE) if keeps()]
        return bytes(self.with_later(kept)) if self.later else bytes(self.sure)


class Disk:
    """Names are paths; the folders themselves are taken to be there. others: {path: bytes} of what another process has written (a
    picture), which counts once it is synced."""

    def __init__(self, folder, others):
        self.folder, self.files, self.names, self.later = folder, {}, {}, []
        self.others, self.foreign, self.folders = others, set(), {folder}
        for root, folders, names in os.walk(folder):
            self.folders.update(os.path.join(root, name) for name in folders)
            for name in names:
                path = os.path.join(root, name)
                self.names[path] = self.files[str(os.stat(path).st_ino)] = File(read_bytes(path))

    @staticmethod
    def act(names, change):
        """A change of names: (from or None, to or None, file)."""
        old, new, file = change
        if old is not None:
            names.pop(old, None)
        if new is not None:
            names[new] = file

    def now(self):
        names = dict(self.names)
        for change in self.later:
            self.act(names, change)
        return names

    def take(self, call, *args):
        if call == "new":
            self.files[args[0]] = File()
            self.later.append((None, args[1], self.files[args[0]]))
        elif call == "write" and args[0] in self.files:
            self.files[args[0]].later.append((int(args[1]), args[2]))
        elif call == "cut" and args[0] in self.files:
            self.files[args[0]].later.append((int(args[1]), None))
        elif call == "folder":
            self.folders.add(args[0])
        elif call == "rename":
            file = self.now().get(args[0]) or File(self.others.get(args[1], b"") if args[0] in self.foreign else b"")
            self.later.append((args[0], args[1], file))
        elif call == "unlink":
            self.later.append((args[0], None, None))
        elif call == "sync" and args[1] not in self.folders and args[0] in self.files:
            self.files[args[0]].sync()
        elif call == "sync" and args[1] not in self.folders:
            self.foreign.add(args[1])
        elif call == "sync":
            mine = [c for c in self.later if os.path.dirname(c[1] or c[0]) == args[1]]
            for change in mine:
                self.act(self.names, change)
            self.later = [c for c in self.later if c not in mine]

    def after_cut(self, keeps):
        """{name below the folder: bytes}"""
        names = dict(self.names)
        for change in self.later:
            if keeps():
                self.act(names, change)
        return {os.path.relpath(path, self.folder): file.after_cut(keeps) for path, file in names.items()
                if path.startswith(self.folder + os.sep)}


def combinations():
    yield lambda: True
    yield lambda: False
    for _ in range(N_COMBINATION - 2):
        share = RNG.choice((.1, .5, .9))
        yield lambda: RNG.random() < share


def is_whole(tmp, seen, data):
    """As `check` has it; asked once for each content."""
    key = hashlib.sha1(data).digest()
    if key not in seen:
        path = os.path.join(tmp, "left.h5")
        with open(path, "wb") as f:
            f.write(data)
        seen[key] = run("check", path).code == 0
    return seen[key]


def cut(tmp, s, command, totals):
    folder, log = os.path.join(tmp, "power"), os.path.join(tmp, "writes")
    sweep.lay_out(command, folder)
    disk = Disk(folder, {})
    if os.path.exists(log):
        os.remove(log)
    made = s.run(command, {"FAULT_WRITES": log}, is_new=False, folder=folder)
    ok(made.code == 0, f"{command.name}: is told, and works", made.err)
    new = {n: d for n, d in made.files.items() if d is not None}
    disk.others.update((os.path.join(folder, n), d) for n, d in new.items() if n.endswith((".svg", ".txt")))
    calls, seen, bad, states, n_state = read_log(log), {}, [], {}, 0

    def judge(i, left):
        for name in {**new, **command.before}:
            allowed = [x[name] if name in x else None for x in (command.before, new)]
            if left.get(name) not in allowed:
                bad.append(f"after call {i} of {len(calls)} ({calls[i - 1][:2] if i else ''}): {name} is neither what it was nor what it is to be")
        for name, data in left.items():
            if name.startswith("a.h5.part") and name[9:].isdigit() and not is_whole(tmp, seen, data):
                bad.append(f"after call {i}: {name} is not whole")

    for i in range(len(calls) + 1):
        for keeps in combinations():
            left = disk.after_cut(keeps)
            judge(i, left)
            n_state += 1
            states[hashlib.sha1(repr(sorted(left.items())).encode()).digest()] = left
        if i < len(calls):
            disk.take(*calls[i])
    left = disk.after_cut(lambda: False)
    ok(not bad, f"{command.name}: {n_state} power cuts at {len(calls) + 1} places, {len(states)} different", f"{len(bad)} bad", *bad[:4])
    ok(all(left.get(n) == d for n, d in new.items()), f"{command.name}: when it has ended all is on the disk", sorted(left), sorted(new))
    for name in new:
        if name == "a.h5":
            ok(is_whole(tmp, seen, new[name]) and all(is_whole(tmp, seen, d) for d in command.before.values()), f"{command.name}: check finds both whole")
    totals["commands"] += 1
    totals["calls"] += len(calls)
    totals["power cuts"] += n_state
    totals["different states"] += len(states)
    if command.args[0] == "ingest":
        totals["next runs"] += go_on(s, command, folder, new, list(states.values()))


def go_on(s, command, folder, new, states):
    chosen, bad = RNG.sample(states, min(N_NEXT, len(states))), []
    for left in chosen:
        shutil.rmtree(folder)
        os.mkdir(folder)
        for name, data in left.items():
            with open(os.path.join(folder, name), "wb") as f:
                f.write(data)
        again = s.run(command, is_new=False, folder=folder)
        if again.code != 0 or again.files != new:
            bad.append((sorted(left), again.code, again.err, sorted(again.files)))
    ok(not bad, f"{command.name}: the next run makes the same of {len(chosen)} of them, and leaves nothing else", f"{len(bad)} bad", *bad[:3])
    return len(chosen)


def main():
    tmp = temporary()
    s = sweep.Sweep(tmp, sweep.build_or_skip(tmp))
    totals = collections.Counter()
    here, server = commands.prepare(tmp), commands.start_server()
    write_source(os.path.join(here, "many"), range(5))
    write_source(os.path.join(here, "few"), range(1))
    good("ingest", "-q", "--no-provenance", "-o", os.path.join(here, "few.h5"), os.path.join(here, "few"))
    mine = [commands.Command("a new archive of many parts", "ingest -o a.h5 ../in/many -j1"),
            commands.Command("an archive that grows by many parts", "ingest -o a.h5 ../in/many -j1", {"a.h5": read_bytes(os.path.join(here, "few.h5"))})]
    for command in mine + [c for c in commands.commands(here, server) if "-o" in c.args]:
        if len(sys.argv) == 1 or any(word in command.name for word in sys.argv[1:]):
            cut(tmp, s, command.without_provenance(), totals)
    diag("; ".join(f"{n} {name}" for name, n in totals.items()))
    done()


main()
