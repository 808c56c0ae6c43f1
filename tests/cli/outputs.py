"""Every command's output on a few real curves, for comparing one way to run the program with another.

    python3 outputs.py PROGRAM FOLDER     prints a digest of each output: a line NAME, tab, hash

Names of files are relative, so that messages are compared as well."""
import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SETS = ("adam1p_wide_grid_1k", "adam8p_wide_grid_1k", "nadamw_grid_1k")
FAMILIES = ("char_rnn_language_model", "mlp_ae", "losg_tasks", "nvp", "rnn_text_classification", "quadratic")
SET = SETS[1]

SWEEP = "config,task,seed,step,val_loss,hp:lr\n" + "".join(
    f"c{c},t{t},{r},{s},{1.1 * (c + 2) / (s + 1 + t) + r / 64},0.{c + 1}\n" for c in range(4) for t in range(3) for r in range(2) for s in range(5))
CURVES_JSON = ('{"task": "cifar", "set": "mysweep", "steps": [0, 1.5, 200], "configs": ['
               '{"name": "a", "hp": {"lr": 0.1, "on": true}, "curves": {"train": [[2.3, 1.9, 1.8], [2.2, 1.8, 1.7]], "valid": [[2.4, 2.0, 1.9], [2.4, 1.9, 1.8]]}},'
               '{"name": "b", "hp": {"lr": 1e-7, "on": false}, "curves": {"train": [[2.3, NaN, NaN], null], "valid": [[2.4, 9.9, null], null]}}]}')
LOG = "rank,step,valid\n1,0,2.31\n1,100,1.7\n2,0,2.31\n2,100,1.52\n"


def make_sources(folder):
    os.makedirs(folder)
    for family in FAMILIES:
        for seed in range(2):
            task = f"mini_{family}_family_seed{seed}"
            os.makedirs(os.path.join(folder, "release", task))
            for name in SETS:
                file = f"{name}_200_replica2.npz"
                os.symlink(os.path.join(ROOT, "fixtures", "release", task, file), os.path.join(folder, "release", task, file))
    os.symlink(os.path.join(ROOT, "fixtures", "release", "task_metadata.tsv"), os.path.join(folder, "release", "task_metadata.tsv"))
    run = os.path.join(folder, "tree", "a_task", "adam8p_wide_grid_seed3", "10000")
    for replica in range(2):
        os.makedirs(os.path.join(run, str(replica)))
        with open(os.path.join(run, str(replica), "result"), "w") as f:
            f.write('{"0":[3.5,3.25,3,2],"200":[1.5,NaN,1e34,0.1],"500":[-1,-2.125,-0.3,0.7]}')
        with open(os.path.join(run, str(replica), "time_per_step"), "w") as f:
            f.write('{"mean_time":0.0125,"median_time":0.01,"mean_last_half":0.0117}')
    for name, text in (("sweep.csv", SWEEP), ("cifar.json", CURVES_JSON), ("log.csv", LOG)):
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)


CHAIN = (
    "ingest -o a.h5 release", "ingest -o b.h5 --columns replica=seed,valid=val_loss --grid 7 sweep.csv", "ingest -o b.h5 cifar.json",
    "ingest -o t.h5 tree", "info a.h5", "info a.h5 --census --json", "info b.h5 --json", "check a.h5", "check b.h5 --json", "check t.h5",
    "normalize a.h5 -o s.h5", "normalize a.h5 -o n.h5 --replicas normalize-first --best-over set --aggregate min --test-constants valid",
    "normalize b.h5 -o bs.h5", "info s.h5", "check s.h5", f"learn s.h5 --set {SET} -o l.json",
    "learn n.h5 --set nadamw_grid_1k --tasks !kind:rnn -k 30 --seed 7 -o m.json", "learn bs.h5 --set sweep --tasks t* -o bl.json", "info l.json",
    "check l.json", "evaluate l.json s.h5", "evaluate l.json s.h5 --per-task --json", "evaluate l.json m.json s.h5 --tasks kind:rnn -o e.tsv",
    f"generalize s.h5 --set {SET} --resamples 9 --baselines all", f"generalize s.h5 --set {SET} --leave-one-out family --baselines none --per-task",
    "generalize n.h5 --set nadamw_grid_1k --k-fold 4 --json --report valid", "reproduce s.h5 -o figures --resamples 6 --format svg,dumb",
    "export l.json --to opt-list -o out", "export l.json --to csv -o out", "export l.json --to json -o out", "export l.json --to python -o out",
    "import --names out/adam8p_opt_list.txt -o i.json", "track l.json log.csv s.h5", "report figures l.json s.h5 a.h5 -o page.html",
    # and what is refused
    "ingest -o b.h5 log.csv", "learn s.h5 --set none -o no.json", "evaluate bl.json s.h5", "check log.csv",
)


def made(folder):
    """{relative path: bytes} of all that is in the folder, the sources apart."""
    found = {}
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if f not in ("release", "tree"))
        for name in files:
            path = os.path.join(base, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, folder)] = f.read()
    return found


def age(folder):
    """`info` tells when a file was written."""
    for name in os.listdir(folder):
        os.utime(os.path.join(folder, name), (1e9, 1e9))


def outputs(program, folder, options=(), env=None, umask=None, figures=None):
    """{what: bytes}: of each command stdout, stderr and exit code, and of each file made its content. The folder is made anew.

    figures: a folder of them to take instead of drawing."""
    make_sources(folder)
    found = {}
    for line in CHAIN:
        command, *rest = line.split()
        if command == "reproduce" and figures:
            shutil.copytree(figures, os.path.join(folder, "figures"))
            continue
        takes = {"-j": command not in ("export", "import", "track", "report")}
        more = ["--no-provenance"] if command != "info" else []
        for i in range(0, len(options), 2):
            more += options[i:i + 2] if takes.get(options[i], True) else []
        age(folder)
        p = subprocess.run([program, command, *more, *rest], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           env={**os.environ, "HYPERLIST_SHARE": ROOT, **(env or {})}, preexec_fn=(lambda: os.umask(umask)) if umask is not None else None)
        found[line] = b"exit %d\n%s\n%s" % (p.returncode, p.stdout, p.stderr)
    found.update(made(folder))
    return found


def main():
    found = outputs(os.path.abspath(sys.argv[1]), sys.argv[2])
    for what, data in found.items():
        print(what, hashlib.sha1(data).hexdigest(), sep="\t")


if __name__ == "__main__":
    main()
