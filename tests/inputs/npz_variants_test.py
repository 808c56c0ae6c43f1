"""Each dress of a released .npz, ingested, must give the archive that numpy says."""
import gzip
import io
import os
import shutil
import sys

import h5py
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "twin"))
import make_npz
import twin
from tap import diag, done, good, need_program, ok, run, same, temporary

TASK, SET = "mini_quadratic_family_seed3", "adam1p_wide_grid_1k"


def problems(archive_path, names, steps, ys):
    """What is wrong with the archive of one file, [] if nothing."""
    archive = twin.Archive(archive_path)
    bad = []
    if archive.tasks != [TASK] or list(archive.sets) != [SET]:
        return [f"tasks {archive.tasks}, sets {list(archive.sets)}"]
    cs = archive.sets[SET]
    if sorted(cs.configs) != sorted(names):
        return [f"configs {cs.configs[:10]}"]
    if cs.splits != twin.SPLITS:
        bad.append(f"splits {cs.splits}")
    curves, ran, observed, found_steps = cs.curves(TASK)
    rows = [cs.configs.index(n) for n in names]
    native = ys.astype(ys.dtype.newbyteorder("="))
    found = curves[rows]
    if found.dtype != native.dtype or found.shape != native.shape:
        bad.append(f"curves are {found.dtype} {found.shape}, expected {native.dtype} {native.shape}")
    else:
        bits = f"u{native.dtype.itemsize}"
        differ = (np.ascontiguousarray(found).view(bits) != np.ascontiguousarray(native).view(bits)) & ~(np.isnan(found) & np.isnan(native))
        if differ.any():
            at = tuple(np.argwhere(differ)[0])
            bad.append(f"{differ.sum()} values differ, first at {at}: {found[at]!r}, expected {native[at]!r}")
    if not (ran == 1).all() or not (observed == native.shape[2]).all():
        bad.append("ran or observed")
    if [float(s) for s in found_steps] != [float(s) for s in steps]:
        bad.append(f"steps {list(found_steps)}, expected {list(steps)}")
    if cs.hp.shape != (len(names), 1) or cs.hp_names != ["learning_rate"]:
        bad.append(f"hyperparameters {cs.hp_names} {cs.hp.shape}")
    return bad


def numpy_says(path):
    """What numpy reads from the file itself; names with and without .npy."""
    with np.load(path) as z:
        def member(name):
            value = z[name]
            return np.lib.format.read_array(io.BytesIO(value)) if isinstance(value, bytes) else value
        return [bytes(n).decode() for n in member("optimizers")], member("xs"), member("ys")


def check_variants(tmp):
    for i, (name, write, expected) in enumerate(make_npz.variants()):
        root = os.path.join(tmp, f"v{i}")
        path = make_npz.release_file(root)
        write(path)
        said = numpy_says(path)
        assert said[0] == expected[0] and said[2].tobytes() == expected[2].tobytes(), name
        archive = os.path.join(root, "a.h5")
        r = run("ingest", "-o", archive, root if i % 2 else path)  # the folder, or the file itself
        if ok(r.code == 0, f"{name}: ingested", r):
            bad = problems(archive, *said)
            ok(not bad, f"{name}: archive", "\n".join(bad))


def check_hyperparameters(tmp):
    """The values regenerated from names, for the three of this test's rows known by hand (they are public)."""
    path = make_npz.release_file(os.path.join(tmp, "hp"))
    make_npz.write_zip(path, make_npz.members(make_npz.optimizers(seeds=[0, 1, 10, 100, 101, 102])))
    a = os.path.join(tmp, "hp.h5")
    good("ingest", "-o", a, path)
    cs = twin.Archive(a).sets[SET]
    got = dict(zip(cs.configs, cs.hp[:, 0]))
    want = {"adam1p_wide_grid_seed0": 1.0366346546195564e-06, "adam1p_wide_grid_seed1": 8.476512504651324e-06,
            "adam1p_wide_grid_seed10": 0.00027106856347322485, "adam1p_wide_grid_seed102": 1.2149951475397007}
    ok(all(abs(got[k] - v) <= 1e-12 * v for k, v in want.items()), "hyperparameters are joined by name", got)


def check_merging(tmp):
    """Configs, replicas, sets and tasks that come in several files."""
    ys = make_npz.curves(8, 3, 5)

    def part(folder, rows, n_replica, task=TASK, sampler="adam1p_wide_grid"):
        path = make_npz.release_file(os.path.join(tmp, folder), task, sampler + "_1k", 200, n_replica)
        make_npz.write_zip(path, make_npz.members(make_npz.optimizers(sampler, rows), None, ys[rows, :n_replica]))
        return path

    a = os.path.join(tmp, "merged.h5")
    good("ingest", "-o", a, part("m1", [0, 1, 2, 3, 4], 2))
    good("ingest", "-o", a, part("m2", [3, 4, 5, 6, 7], 3))
    curves, ran, _, _ = twin.Archive(a).sets[SET].curves(TASK)
    same(ran.tolist(), [[1, 1, 0]] * 3 + [[1, 1, 1]] * 5, "two files of one task: which runs are there")
    there = ran.astype(bool)
    f = curves[there]
    ok(((f == ys[there]) | np.isnan(f) & np.isnan(ys[there])).all() and np.isnan(curves[~there]).all(),
       "two files of one task: their curves, NaN where no run is")
    good("ingest", "-o", a, part("m3", [0, 1, 2], 3))
    curves, ran, _, _ = twin.Archive(a).sets[SET].curves(TASK)
    ok(ran.all() and ((curves == ys) | np.isnan(curves) & np.isnan(ys)).all(), "a third file completes the replicas")
    good("ingest", "-o", a, part("m4", [0, 1], 2, "another_task"), part("m5", [2, 3], 2, sampler="adam4p_wide_grid"))
    archive = twin.Archive(a)
    same([sorted(archive.tasks), sorted(archive.sets)], [["another_task", TASK], [SET, "adam4p_wide_grid_1k"]], "more tasks and sets")
    c, ran, _, _ = archive.sets[SET].curves("another_task")
    ok(ran.sum() == 4 and c.shape[0] == 8, "a task with few of the set's configs", ran.tolist())
    archive.file.close()
    before = h5_content(a)
    good("ingest", "-o", a, part("m1", [0, 1, 2, 3, 4], 2), part("m2", [3, 4, 5, 6, 7], 3))
    ok(h5_content(a) == before, "the same files again change nothing")


def h5_content(path):
    out = {}
    with h5py.File(path, "r") as f:
        f.visititems(lambda name, o: out.update({name: o[()].tobytes()}) if isinstance(o, h5py.Dataset) and o.dtype.kind != "O" else None)
    return out


def check_names(tmp):
    """Tasks whose names HDF5 links cannot hold as they are."""
    root = os.path.join(tmp, "names")
    tasks = ["100% sure", "a.b", "Ünïcode täsk", "with space", "%41"]
    for i, task in enumerate(tasks):
        make_npz.write_zip(make_npz.release_file(root, task), make_npz.members(ys=make_npz.curves(seed=i)))
    a = os.path.join(tmp, "names.h5")
    good("ingest", "-o", a, root)
    archive = twin.Archive(a)
    same(sorted(archive.tasks), sorted(tasks), "task names of all kinds")
    cs = archive.sets[SET]
    ok(all(cs.curves(t) is not None and np.array_equal(cs.curves(t)[0], make_npz.curves(seed=i), equal_nan=True) for i, t in enumerate(tasks)),
       "their curves are found under encoded names", list(cs.group["curves"]))


def check_folders(tmp):
    """What a walk over folders takes and leaves."""
    root = os.path.join(tmp, "walk")
    make_npz.write_release(root, 2)
    with open(os.path.join(root, "task_names.txt"), "w") as f:
        f.write("mini_quadratic_family_seed0\nmini_quadratic_family_seed1\n")
    with open(os.path.join(root, "notes.md"), "w") as f:
        f.write("nothing to see\n")
    with open(os.path.join(root, ".hidden_1k_10_replica1.npz"), "w") as f:
        f.write("not a zip, and hidden\n")
    os.makedirs(os.path.join(root, ".cache", "some_task"))
    with open(os.path.join(root, ".cache", "some_task", "adam1p_wide_grid_1k_200_replica2.npz"), "w") as f:
        f.write("not a zip, and in a hidden folder\n")
    os.makedirs(os.path.join(root, "an_empty_task"))
    a = os.path.join(tmp, "walk.h5")
    r = run("ingest", "-o", a, root)
    ok(r.code == 0 and sorted(twin.Archive(a).tasks) == ["mini_quadratic_family_seed0", "mini_quadratic_family_seed1"],
       "a folder: foreign and hidden files are left alone", r)
    ok("notes.md" in r.err, "a foreign file is skipped aloud", r)
    ok(".hidden" not in r.err and ".cache" not in r.err, "a hidden one quietly", r)
    bad = make_npz.release_file(root, "mini_quadratic_family_seed9")
    with open(bad, "wb") as f:
        f.write(b"PK\3\4 not really")
    b = os.path.join(tmp, "kept.h5")
    r = run("ingest", "-o", b, "--keep-going", root)
    ok(r.code == 1 and "mini_quadratic_family_seed9" in r.err, "--keep-going: exit 1, the bad file named", r)
    ok(os.path.exists(b) and sorted(twin.Archive(b).tasks) == ["mini_quadratic_family_seed0", "mini_quadratic_family_seed1"],
       "--keep-going: the good ones are stored")
    same([n for n in os.listdir(tmp) if n.startswith("kept.h5") and n != "kept.h5"], [], "--keep-going: no part is left")
    deep = os.path.join(tmp, "up")
    os.makedirs(os.path.join(deep, "one", "two"))
    shutil.move(os.path.join(root, "mini_quadratic_family_seed0"), os.path.join(deep, "one", "two"))
    c = os.path.join(tmp, "deep.h5")
    good("ingest", "-o", c, deep)
    same(twin.Archive(c).tasks, ["mini_quadratic_family_seed0"], "folders above the task's do not matter")
    d = os.path.join(tmp, "cwd.h5")
    good("ingest", "-o", d, "adam1p_wide_grid_1k_200_replica2.npz", cwd=os.path.join(deep, "one", "two", "mini_quadratic_family_seed0"))
    same(twin.Archive(d).tasks, ["mini_quadratic_family_seed0"], "a file named from inside its folder still has its task")


def main():
    need_program()
    tmp = temporary()
    check_variants(tmp)
    check_hyperparameters(tmp)
    check_merging(tmp)
    check_names(tmp)
    check_folders(tmp)
    done()


main()
