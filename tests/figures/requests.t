#!/usr/bin/env bash
# What reproduce is asked for: figures that the file cannot support, and wrong options.
. "$(dirname "$0")/../lib.sh"
needs gnuplot

# shellcheck disable=SC2317 # called by ok
mini() { # mini NAME FAMILY:SEED...: a release of these tasks, its archive and its scores
  local t
  mkdir "$tmp/$1-release" && cp fixtures/release/task_metadata.tsv "$tmp/$1-release" || return
  for t in "${@:2}"; do cp -r "fixtures/release/mini_${t%:*}_family_seed${t#*:}" "$tmp/$1-release" || return; done
  hyperlist ingest -q -o "$tmp/$1.h5" "$tmp/$1-release" && hyperlist normalize -q "$tmp/$1.h5" -o "$tmp/$1-s.h5"
}

ok 'six tasks of four kinds' mini six mlp:0 mlp:1 mlp_ae:0 rnn_text_classification:0 quadratic:0 quadratic:1
ok 'two tasks of one kind' mini two mlp:0 mlp:1
"$PYTHON" -c "
import h5py, shutil, sys
def edit(name, act):
    shutil.copy(f'$tmp/six-s.h5', f'$tmp/{name}-s.h5')
    with h5py.File(f'$tmp/{name}-s.h5', 'r+') as f: act(f)
def no_learner(f): del f['sets/adam8p_wide_grid_1k']
def no_lowest(f): del f['sets/nadamw_grid_1k/valid_min']
def no_metadata(f):
    for n in ('n_params', 'seconds_per_step', 'last_step'): del f['tasks'][n]
def no_hyperparameters(f):
    for g in f['sets'].values():
        del g['hyperparameters'], g['hyperparameter_names']
        g.create_dataset('hyperparameter_names', shape=(0,), dtype=h5py.string_dtype())
        g.create_dataset('hyperparameters', shape=(100, 0), dtype='f8')
def holes(f): f['sets/adam8p_wide_grid_1k/valid'][2, 7] = float('nan')
def other(f): f.move('sets/adam8p_wide_grid_1k', 'sets/mine')
def one_task(f): f['tasks/degenerate'][1:] = 1
for act in (no_learner, no_lowest, no_metadata, no_hyperparameters, holes, other, one_task): edit(act.__name__, act)
" || bail 'the made files'
ok 'scores by the lowest' hyperlist normalize -q "$tmp/six.h5" -o "$tmp/min-s.h5" --aggregate min

few=(--resamples 2 --format dumb)
say() { # say FILE: what reproduce without names says of that file
  ok "$1: all that the file allows" hyperlist reproduce "$tmp/$1-s.h5" -o "$tmp/$1" "${few[@]}"
  told_of=$(sed 's|/[^ ]*/||g' "$tmp/.stderr")
}
left_out() { # left_out FILE REGEX [STATUS]: told when not asked for, an error when asked for by name
  local figure=${2%%:*}
  like "$1: left out $figure" "$told_of" "left out $2"
  absent "$1: no $figure is made" "$tmp/$1/$figure.tsv"
  refused "${3:-2}" "$2" "$1: $figure by name" hyperlist reproduce "$tmp/$1-s.h5" -o "$tmp/by-name" "${few[@]}" "$figure"
  absent "$1: nothing is left" "$tmp/by-name"
}

say six
count() { echo $#; }
is 'six: every figure' "$(count "$tmp"/six/*.txt)" 10
say no_metadata
left_out no_metadata 'figure1a: .* knows no task.s number of parameters'
left_out no_metadata 'figure1c: .* knows no task.s training time'
say two
left_out two 'figure3c: .* has no tasks of the kind rnn, which are to be held out'
left_out two 'figure3d: .* has no tasks of the kind autoencoder, which are to be held out'
left_out two 'figureA1: .* has too few tasks that are not degenerate: found 2, expected at least 5' 4
say no_learner
for f in figure2 figure3a figure3b figure3c figure3d figureB5; do
  left_out no_learner "$f: .* has no set adam8p_wide_grid_1k, which the list is learned from"
done
say no_lowest
left_out no_lowest 'figure1b: set nadamw_grid_1k of .* has no valid_min'
left_out no_lowest 'figureB5: set nadamw_grid_1k of .* has no valid_min'
say min
left_out min 'figureB5: .* was made with --aggregate min, so that its valid is no mean'
say no_hyperparameters
like 'without hyperparameters there is no refined search' "$told_of" 'figure2: without refined search'
is 'and no refined series' "$(grep -c '^refined' "$tmp/no_hyperparameters/figure2.tsv")" 0
left_out no_hyperparameters 'space: .* has no set with hyperparameters'
say one_task
left_out one_task 'figure2: .* has too few tasks that are not degenerate: found 1, expected at least 2' 4

# Another set to learn from.
ok 'a set of one.s own' hyperlist reproduce "$tmp/other-s.h5" -o "$tmp/other" "${few[@]}" --set mine figure2 figure3c
like 'its random search has a name' "$(cat "$tmp/other/figure2.txt")" 'Random, same set'
like 'it is in the caption' "$(grep '^# caption' "$tmp/other/figure2.tsv")" 'learned from mine on'
is 'it is in the table' "$(cut -f 1 "$tmp/other/figure3c.tsv" | grep -v '^#' | sort -u | tr '\n' ' ')" 'best-case learned random:adam1p_wide_grid_1k random:mine series '

# Missing cells.
ok 'missing cells, left out' hyperlist reproduce -q "$tmp/holes-s.h5" -o "$tmp/drop" "${few[@]}" --missing drop-config figureA1 figure1b
like 'a config less' "$(grep '^# caption' "$tmp/drop/figureA1.tsv")" 'under 499 configurations'
ok 'missing cells, tasks left out' hyperlist reproduce -q "$tmp/holes-s.h5" -o "$tmp/drop2" "${few[@]}" --missing drop-task figureA1
like 'a task less' "$(grep '^# caption' "$tmp/drop2/figureA1.tsv")" ' 5 tasks by'
refused 4 'mini_mlp_family_seed1, config adam8p_wide_grid_seed7: found a missing cell' 'missing cells, refused' \
  hyperlist reproduce "$tmp/holes-s.h5" -o "$tmp/by-name" "${few[@]}" --missing error figureA1
absent 'nothing is left of it' "$tmp/by-name"
refused 4 'task mini_mlp_family_seed1, config adam8p_wide_grid_seed7: found only one of valid and valid_min' 'tables that contradict each other' \
  hyperlist reproduce "$tmp/holes-s.h5" -o "$tmp/by-name" "${few[@]}" figureB5

# Wrong options.
bad() { refused "${@:1:3}" hyperlist reproduce "${@:4}"; absent "$3: nothing is left" "$tmp/by-name"; }
s=$tmp/six-s.h5 o=$tmp/by-name
bad 2 "--format: found 'gif', expected svg, png, pdf or dumb" 'another format' "$s" -o "$o" --format gif
bad 2 "--format: found '', expected svg" 'an empty format' "$s" -o "$o" --format svg,
bad 2 "--perplexity: found '1', expected a number above 1" 'a perplexity of 1' "$s" -o "$o" --perplexity 1
bad 2 "--perplexity: found 'nan', expected a number above 1" 'no perplexity' "$s" -o "$o" --perplexity nan
bad 2 "--perplexity: found 'inf', expected" 'an endless perplexity' "$s" -o "$o" --perplexity inf
bad 2 "--perplexity: found 'few', expected" 'a perplexity in words' "$s" -o "$o" --perplexity few
bad 2 'figureA1: perplexity 5 is not below the 5 neighbours that a task has' 'too high a perplexity' "$s" -o "$o" --perplexity 5 figureA1
bad 2 "--resamples: found '0', expected" 'no resamplings' "$s" -o "$o" --resamples 0
bad 2 "--resamples: found '1000001', expected" 'too many resamplings' "$s" -o "$o" --resamples 1000001
bad 2 "--trials: found '0', expected" 'no trials' "$s" -o "$o" --trials 0
bad 2 "--trials: found 'all', expected" 'trials in words' "$s" -o "$o" --trials all
bad 2 "--seed: found '-1', expected" 'a negative seed' "$s" -o "$o" --seed=-1
bad 2 "--missing: found 'best', expected" 'another policy' "$s" -o "$o" --missing best
bad 2 "found no set 'adam9p', expected one of: adam1p_wide_grid_1k, adam4p_wide_grid_1k" 'another set' "$s" -o "$o" --set adam9p
bad 2 "figure: found 'figure4', expected one of: figure1a, .*, figureB5, space" 'another figure' "$s" -o "$o" figure4
bad 2 "figure: found 'Figure2', expected" 'a figure is called by its name' "$s" -o "$o" Figure2
bad 2 '-o is needed' 'no folder' "$s"
bad 3 'none.h5: cannot open' 'no file' "$tmp/none.h5" -o "$o"
bad 4 'a scores file' 'an archive' "$tmp/six.h5" -o "$o"
bad 3 'six-s.h5' 'a file for a folder' "$s" -o "$s"

# gnuplot and its scripts are found, and what gnuplot says is passed on.
mkdir "$tmp/bin" "$tmp/share" && cp "$HYPERLIST" "$tmp/bin" && cp -r plots "$tmp/share"
draw=(env -u HYPERLIST_SHARE "PATH=bin:$PATH" "$tmp/bin/hyperlist" reproduce -q "$s" "${few[@]}" -o)
refused 3 'plots' 'no scripts beside the program' "${draw[@]}" "$tmp/none" figure2
absent 'nothing is left of that' "$tmp/none"
cp -r plots "$tmp"
ok 'scripts beside the program; a relative folder in PATH is passed over' "${draw[@]}" "$tmp/beside" figure2
printf 'print "a word before"\nno_such_command\n' >"$tmp/share/plots/figure2.gp"
refused 3 'figure2.txt: cannot draw: gnuplot: .*(invalid|unrecognized|undefined|expect)' 'what gnuplot says of a wrong script' \
  env "HYPERLIST_SHARE=$tmp/share" "$HYPERLIST" reproduce -q "$s" -o "$tmp/wrong" "${few[@]}" figure2
printf 'exit status 3\n' >"$tmp/share/plots/figure2.gp"
refused 3 'figure2.txt: cannot draw: gnuplot: it gave no reason' 'a gnuplot that says nothing' \
  env "HYPERLIST_SHARE=$tmp/share" "$HYPERLIST" reproduce -q "$s" -o "$tmp/wrong" "${few[@]}" figure2
done_testing
