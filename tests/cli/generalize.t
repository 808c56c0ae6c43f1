#!/usr/bin/env bash
# Options of generalize: wrong ones are refused in one line, right ones give the same bytes for any number of threads.
. "$(dirname "$0")/../lib.sh"

# Six tasks of two kinds and three families, two sets; the second set has no hyperparameters. `flat` has no test scores,
# `hole` a missing cell, `one` a task only, `alike` tasks of one family.
"$PYTHON" -B - "$tmp" <<'EOF' || bail 'the scores are made'
import os, sys
sys.path.insert(0, os.path.join("tests", "twin"))
import h5py, numpy as np
from make_scores import write_scores

A, B = "adam1p_wide_grid_1k", "adam8p_wide_grid_1k"
TASKS = ["mlp_family_seed0", "mlp_family_seed1", "mlp_family_seed2", "nvp_family_seed0", "nvp_family_seed1", "other_task"]
KINDS = ["mlp", "mlp", "mlp", "flow", "flow", "flow"]
rng = np.random.RandomState(0)


def write(name, tasks=TASKS, kinds=KINDS, change=lambda f, g: None):
    path = os.path.join(sys.argv[1], name + ".h5")
    f, g = rng.uniform(0, 1, (2, len(tasks), 9)), rng.uniform(0, 1, (2, len(tasks), 9))
    change(f, g)
    write_scores(path, {A: (f[0], g[0]), B: (f[1], g[1])}, tasks)
    with h5py.File(path, "r+") as h:
        h["tasks/kind"][...] = np.array(kinds, object)
        for part in ("hyperparameter_names", "hyperparameters"):
            del h["sets"][B][part]
        h["sets"][B].create_dataset("hyperparameter_names", shape=(0,), dtype=h5py.string_dtype())
        h["sets"][B].create_dataset("hyperparameters", shape=(9, 0), dtype="f8")


def hole(f, g):
    f[0, 2, 3] = g[0, 2, 3] = np.nan


def flat(f, g):
    g[:] = np.nan


write("scores")
write("flat", change=flat)
write("hole", change=hole)
write("one", TASKS[:1], KINDS[:1])
write("alike", TASKS[:3], KINDS[:3])
EOF

s=$tmp/scores.h5 set=adam1p_wide_grid_1k out=$tmp/out.tsv
wrong() { # wrong STATUS REGEX OPTIONS...
  refused "$1" "$2" "${*:3}" hyperlist generalize "$s" --set $set -o "$out" "${@:3}"
}

# ---- splits that cannot be

wrong 2 "^hyperlist generalize: --k-fold: found '1', expected a whole number from 2 to " --k-fold 1
wrong 2 "--k-fold: found '0', expected a whole number from 2 to " --k-fold 0
wrong 2 "--k-fold: found '-3', expected a whole number" --k-fold=-3
wrong 2 "--k-fold: found '2.5', expected a whole number" --k-fold 2.5
wrong 2 "--k-fold: found 'all', expected a whole number" --k-fold all
wrong 2 "--k-fold: found '', expected a whole number" --k-fold ''
wrong 2 'k-fold: found 7 folds of 6 tasks in use, expected 2 to 6$' --k-fold 7
wrong 2 "--leave-one-out: found 'config', expected task, family or kind$" --leave-one-out config
wrong 2 "--leave-one-out: found 'Task', expected task, family or kind; did you mean 'task'.$" --leave-one-out Task
wrong 2 "--leave-one-out: found '', expected task, family or kind$" --leave-one-out ''
wrong 2 'missing argument' --leave-one-out
wrong 2 '--hold-out and --k-fold: found both, expected one of them$' --k-fold 3 --hold-out kind:mlp
wrong 2 '--hold-out and --leave-one-out: found both, expected one of them$' --hold-out kind:mlp --leave-one-out task
wrong 2 '--k-fold and --leave-one-out: found both, expected one of them$' --leave-one-out kind --k-fold 3
wrong 2 '--train-fraction and --train-tasks: found both' --k-fold 3 --train-tasks 2 --train-fraction .5
wrong 2 "--train-fraction: found '1', expected a number between 0 and 1$" --train-fraction 1
wrong 2 "--train-fraction: found '1.5', expected a number between 0 and 1$" --train-fraction 1.5 --k-fold 3
wrong 2 "--train-fraction: found '0', expected a number between 0 and 1$" --train-fraction 0 --leave-one-out task
wrong 2 "--train-fraction: found 'nan', expected a number between 0 and 1$" --train-fraction nan
wrong 2 'fraction of train tasks: found 0 of 4, expected 1 to 4$' --k-fold 3 --train-fraction .2
wrong 2 'fraction of train tasks: found 0 of 3, expected 1 to 3$' --leave-one-out kind --train-fraction .3
wrong 2 'number of train tasks: found 6 of 6, expected 1 to 5$' --train-tasks 6
wrong 2 "--train-tasks: found '0', expected a whole number from 1 to " --train-tasks 0
wrong 2 "'kind:rnn'" --hold-out kind:rnn
wrong 2 "holding out 'all' leaves none of the 6 tasks to train on$" --hold-out all
wrong 2 "--resamples: found '0', expected a whole number from 1 to 1000000$" --leave-one-out task --resamples 0
wrong 2 "--resamples: found '1000001', expected" --resamples 1000001
s=$tmp/alike.h5
wrong 2 'leaving one family out leaves none of the 3 tasks in use to train on: all are of one$' --leave-one-out family
wrong 2 'leaving one kind out leaves none of the 3 tasks in use to train on: all are of one$' --leave-one-out kind
s=$tmp/one.h5
wrong 4 'one.h5: found 1 task in use, expected at least 2 to split' --k-fold 2
wrong 4 'one.h5: found 1 task in use, expected at least 2 to split' --leave-one-out task
s=$tmp/scores.h5

# ---- series that there are not

names='random\[:SET\], refined-minmax, refined-q90, refined-q90-joint, best-case, oracle, expected\[:SET\], all or none'
wrong 2 "baseline: found 'refined-q90-join', expected $names; did you mean 'refined-q90-joint'.$" --baselines refined-q90-join
wrong 2 "baseline: found 'Oracle', expected" --baselines Oracle
wrong 2 "baseline: found 'oracle:adam1p_wide_grid_1k', expected" --baselines oracle:$set
wrong 2 "baseline: found 'refined-q90-joint:adam1p_wide_grid_1k', expected" --baselines refined-q90-joint:$set
wrong 2 'baseline expected:nadamw_grid_1k: .*nadamw_grid_1k' --baselines expected:nadamw_grid_1k
wrong 2 'baseline expected:: ' --baselines expected:
wrong 2 "baseline: found '', expected" --baselines ''
wrong 2 "baseline: found '', expected" --baselines random,,oracle
wrong 2 "baseline: found '', expected" --baselines expected,
wrong 2 "baseline: found ' oracle', expected" --baselines 'random, oracle'
refused 2 'set adam8p_wide_grid_1k of .*scores.h5 has no hyperparameters, which it needs$' 'a box without hyperparameters' \
  hyperlist generalize "$s" --set adam8p_wide_grid_1k --baselines refined-q90-joint -o "$out"
refused 2 "found no set 'nosuch', expected one of: adam1p_wide_grid_1k, adam8p_wide_grid_1k$" 'an unknown learner' \
  hyperlist generalize "$s" --set nosuch --baselines expected -o "$out"

# ---- the rest

wrong 2 '--per-task and --per-resample: found both, expected one of them$' --per-task --per-resample
wrong 2 '--per-task' --per-task=3
wrong 2 "--report: found 'train', expected test or valid$" --report train --baselines expected
wrong 2 "--missing: found 'best', expected worst, drop-config, drop-task or error$" --missing best
wrong 2 "-k: found '0', expected a whole number from 1 to " -k 0 --per-task
refused 2 '--set SET is missing' 'no --set' hyperlist generalize "$s" --k-fold 3
refused 2 'SCORES' 'no scores' hyperlist generalize --set $set --leave-one-out task
refused 2 'one argument too many' 'scores twice' hyperlist generalize "$s" "$s" --set $set --k-fold 2
s=$tmp/flat.h5
wrong 4 'resampling 0 has no test task with test scores, expected one; validation scores can be reported instead$' --k-fold 3 -j 1
wrong 4 'resampling 0 has no test task with test scores' --per-task --leave-one-out task --baselines oracle,expected
s=$tmp/hole.h5
wrong 4 'task mlp_family_seed2, config adam1p_wide_grid_seed3: found a missing cell, expected none$' --missing error --k-fold 3
s=$tmp/scores.h5
absent 'nothing was written' "$out"
refused 3 'nowhere/x.tsv: ' 'no folder to write to, --per-task' hyperlist generalize "$s" --set $set --per-task -o "$tmp/nowhere/x.tsv"
refused 3 'nowhere/x.tsv: ' 'no folder to write to, --per-resample' hyperlist generalize "$s" --set $set --per-resample -o "$tmp/nowhere/x.tsv"
if [ -w /dev/full ]; then
  for rows in --per-task --per-resample; do
    run hyperlist generalize -q "$s" --set $set $rows --resamples 400 -o /dev/full
    like "a full disk, $rows" "$status $(cat "$tmp/.stderr")" '^3 hyperlist generalize: /dev/full: cannot write: No space left on device$'
  done
fi

# ---- what is right

same_bytes() { # same_bytes OPTIONS...: from one thread and from four, to stdout and to a file
  hyperlist generalize -q "$s" --set $set --no-provenance -j 1 "$@" >"$tmp/one" || fail "$* runs"
  ok "$*: runs in four threads" hyperlist generalize -q "$s" --set $set --no-provenance -j 4 "$@" -o "$tmp/four"
  same "$*: the same bytes" "$tmp/four" "$tmp/one"
}
for rows in '' --per-task --per-resample '--per-task --json'; do
  # shellcheck disable=SC2086
  same_bytes --k-fold 4 --baselines all --resamples 7 $rows
  # shellcheck disable=SC2086
  same_bytes --leave-one-out family --baselines all --train-fraction 1 $rows
done
same_bytes --hold-out kind:flow --train-tasks 99 --baselines all --report valid
same_bytes --baselines all --missing drop-task -k 1

like 'folds are told' "$(hyperlist generalize "$s" --set $set --k-fold 4 --baselines none 2>&1 >/dev/null)" \
  '^hyperlist generalize: 50 resamplings of 4 folds of 4 to 5 train and 1 to 2 test tasks$'
like 'leaving one out is one resampling' "$(hyperlist generalize "$s" --set $set --leave-one-out kind --baselines none 2>&1 >/dev/null)" \
  '^hyperlist generalize: 1 resampling of 2 folds of 3 train and 3 test tasks$'
like 'and as a comment' "$(hyperlist generalize -q "$s" --set $set --leave-one-out family --no-provenance)" \
  '^# tasks: 6, in each of 3 folds train 3 to 5, test 1 to 3'
run hyperlist generalize "$s" --set adam8p_wide_grid_1k --per-task -k 1
is 'what is left out is said once' "$(grep -c 'warning: left out refined-q90:' "$tmp/.stderr")" 1
run hyperlist generalize "$s" --set adam8p_wide_grid_1k --baselines all -k 1
is 'and the joint box too' "$(grep -c 'warning: left out refined-q90-joint:' "$tmp/.stderr")" 1
is 'a reader that has gone' "$(hyperlist generalize -q "$s" --set $set --per-task --no-provenance --resamples 500 | sed -n '1{p;q}'; echo "${PIPESTATUS[0]}")" \
  $'# tasks: 6, of them train 3, test 3\n0'
is 'the oracle is flat, from the first trial to the last' \
  "$(hyperlist generalize -q "$s" --set $set --baselines oracle --resamples 1 --no-provenance | grep ^oracle | cut -f3- | uniq -c | awk '{print $1}')" 9

done_testing
