"""Where output cannot go: a folder that is read-only, a disk that is full, a quota that is used up, a stdout that nobody reads any more
or that is full. Every command that writes there, or prints there."""
import errno
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import commands
import sweep
from tap import HYPERLIST, done, ok, skip, temporary

IS_ROOT = os.geteuid() == 0
PAGE = 4096


def print_to(s, command, stdout):
    """(code, stderr, files) with that for stdout."""
    def run(folder):
        sweep.lay_out(command, folder)
        p = subprocess.run([HYPERLIST, *command.args], cwd=folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, timeout=120)
        return p.returncode, p.stderr.decode(errors="backslashreplace"), sweep.tree(folder)
    return s.in_folder(run)


def stdouts(s, command):
    reader, writer = os.pipe()
    os.close(reader)
    for this in (command, command.but(lambda args: args + ["--json"])):
        title = f"{this.name}{' --json' if '--json' in this.args else ''}"
        expected = s.run(this)
        code, err, files = print_to(s, this, writer)
        ok((code, err, files) == (0, expected.err, expected.files), f"{title}: nobody reads its stdout: 0, and no word of it", code, err)
        with open("/dev/full", "w") as full:
            code, err, files = print_to(s, this, full)
        if expected.out:
            ok(code == 3 and "stdout: cannot write: No space left on device" in err.splitlines()[-1] and files == expected.files,
               f"{title}: its stdout is full: 3, and its files are there", code, err)
        else:
            ok((code, files) == (0, expected.files), f"{title}: prints nothing, and a full stdout is none of its business", code, err)
        if expected.out:
            break  # else it prints what it has made, if asked to
    os.close(writer)


def is_refused(command, undisturbed, found, words):
    """Of several files a failure may come after the first."""
    lines = [x for x in found.err.splitlines() if "warning" not in x]
    wrong = sweep.changed(command, undisturbed, found.files, command.several) + found.leaks()
    wrong += [] if found.code == 3 else [f"ended with {found.code}"]
    wrong += [] if lines and any(w in lines[-1] for w in words) else [f"expected one of {words}"]
    return wrong


def mounted(folder, options):
    """With `in` in it, as if beside the outputs."""
    os.makedirs(folder, exist_ok=True)
    can_mount = IS_ROOT and subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True).returncode == 0
    if not os.path.islink(os.path.join(folder, "in")):
        os.symlink(os.path.join(os.path.dirname(folder), "in"), os.path.join(folder, "in"))
    return can_mount


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


def read_only(s, writing, folder):
    can_mount = mounted(folder, "size=64m")
    if not can_mount and IS_ROOT:
        return skip("a read-only folder", "mounting one is not permitted, and to root no mode matters")
    for command, undisturbed in writing:
        place = os.path.join(folder, "w")
        sweep.lay_out(command, place)
        if can_mount:
            remount(folder, "ro")
        else:
            subprocess.run(["chmod", "-R", "a-w", place], check=True)
        found = s.run(command, is_new=False, folder=place, log=os.path.join(s.root, "log"))
        wrong = is_refused(command, undisturbed, found, ("Read-only file system", "Permission denied"))
        ok(not wrong, f"{command.name}: a read-only folder", *wrong, found.err)
        if can_mount:
            remount(folder, "rw")
        else:
            subprocess.run(["chmod", "-R", "u+w", place], check=True)
    if can_mount:
        subprocess.run(["umount", folder], check=True)
    return None


def pages(files):
    return sum(1 if data is None else 1 + len(data) // PAGE for data in files.values())


def full(s, writing, folder):
    """With room for what was there and a page, and for half of what is to come."""
    if not mounted(folder, "size=64m"):
        return skip("a full disk", "mounting a small one is not permitted")
    for command, undisturbed in writing:
        place, bad, n_refused = os.path.join(folder, "w"), [], 0
        for more in sorted({2, 2 + pages(undisturbed.files) // 2}):
            remount(folder, "size=64m")
            sweep.lay_out(command, place)
            remount(folder, f"size={(2 + pages(sweep.before(command)) + more) * PAGE}")
            found = s.run(command, is_new=False, folder=place, log=os.path.join(s.root, "log"))
            n_refused += found.code != 0
            if (found.code, found.files) != (0, undisturbed.files):
                wrong = is_refused(command, undisturbed, found, ("No space left on device", "the disk may be full"))
                bad += [(more, found.err, wrong)] if wrong else []
        ok(not bad, f"{command.name}: a disk that grows full; {n_refused} refused", *bad)
    subprocess.run(["umount", folder], check=True)
    return None


def quota(s, writing, folder):
    """A real one where the kernel knows quotas of tmpfs, for its processes that are not root's; told by the calls in any case."""
    bad, n = [], 0
    for command, undisturbed in writing:
        for where in ("own", "library"):
            env = {"FAULT_CALLS": "f", "FAULT_WHERE": where, "FAULT_REASON": str(errno.EDQUOT), "FAULT_ON": "1"}
            at = [at for at, call, _ in s.run(command, env).sites if call in ("write", "fwrite", "pwrite", "pwrite64")]
            for k in sweep.spread(at, 2):
                found = s.run(command, dict(env, FAULT_AT=str(k)))
                wrong = is_refused(command, undisturbed, found, ("Disk quota exceeded",))
                n += 1
                bad += [(command.name, found.failed, wrong, found.err)] if wrong else []
    ok(not bad and n > 0, f"a write beyond a quota: {n} refused", *bad[:5])
    if not mounted(folder, f"usrquota,usrquota_block_hardlimit={3 * PAGE}"):
        return skip("a quota of a file system", "this kernel has none for tmpfs, or mounting is not permitted")
    os.chmod(folder, 0o777)
    for path in (s.root, os.path.dirname(s.root)):
        os.chmod(path, os.stat(path).st_mode | 0o055)
    command = next(c for c, _ in writing if c.name == "ingest npz")
    place = os.path.join(folder, "w")
    os.mkdir(place)
    os.chown(place, 65534, 65534)
    p = subprocess.run([HYPERLIST, *command.args], cwd=place, stdin=subprocess.DEVNULL, capture_output=True, text=True, user=65534, group=65534, extra_groups=[])
    ok(p.returncode == 3 and "Disk quota exceeded" in p.stderr and not os.listdir(place), "a quota of a file system", p.returncode, p.stderr, os.listdir(place))
    subprocess.run(["umount", folder], check=True)
    return None


def main():
    tmp = temporary()
    s = sweep.Sweep(tmp, sweep.build_or_skip(tmp))
    every = commands.commands(commands.prepare(tmp), commands.start_server())
    for command in every:
        stdouts(s, command)
    writing = [(c, s.run(c)) for c in every if "-o" in c.args]
    disk = os.path.join(tmp, "disk")
    try:
        os.makedirs(disk, exist_ok=True)
        for test in (read_only, full, quota):
            test(s, writing, disk)
    finally:
        subprocess.run(["umount", "-q", disk], capture_output=True)
    done()


main()
