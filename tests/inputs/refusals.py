"""Refused inputs: one line on stderr that says what is wrong where, the documented exit code, nothing left behind."""
import hashlib
import os
import shutil

from tap import ok, read_bytes, run


def picture(folder):
    """{relative path: what is there}"""
    out = {}
    for base, folders, files in os.walk(folder):
        for name in folders + files:
            full = os.path.join(base, name)
            plain = os.path.isfile(full) and not os.path.islink(full)
            out[os.path.relpath(full, folder)] = hashlib.sha1(read_bytes(full)).hexdigest() if plain else os.lstat(full).st_mode
    return out


def refused(tmp, name, args, code, words, files, lines=1):
    """Writes files ({path: str or bytes; None: a folder}) into a fresh folder, runs the program there and judges.

    words: what the message must hold; lines: of stderr, None for any number."""
    folder = os.path.join(tmp, "case")
    os.mkdir(folder)
    for path, data in files.items():
        full = os.path.join(folder, path)
        if data is None:
            os.makedirs(full, exist_ok=True)
            continue
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
    before = picture(folder)
    r = run(*args, cwd=folder, timeout=60)
    bad = [f"the message lacks {w!r}" for w in words if w not in r.err]
    if r.code != code:
        bad.append(f"exit {r.code}, expected {code}")
    said = r.err.splitlines()
    if lines is not None and len(said) != lines:
        bad.append(f"{len(said)} lines on stderr, expected {lines}")
    if not said or not said[0].startswith(f"hyperlist {args[0]}: "):
        bad.append("stderr does not begin with the command")
    if r.out:
        bad.append("stdout is not empty")
    after = picture(folder)
    if after != before:
        bad.append(f"left or changed: {sorted(k for k in {*before, *after} if before.get(k) != after.get(k))}")
    shutil.rmtree(folder)
    return ok(not bad, f"refused: {name}", "\n".join(bad), r)
