#!/usr/bin/env bash
# Wrong invocations and wrong inputs of export, import, evaluate of several lists, track and report: code and words.
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit
export HYPERLIST_SHARE=$root

list() { # list FILE SET NAME...: a list of these configs
  local file=$1 set=$2 rank=0 name entries=
  shift 2
  for name; do
    rank=$((rank + 1))
    entries+="${entries:+,}{\"rank\":$rank,\"config\":\"$name\",\"index\":$rank,\"hyperparameters\":{\"x\":$rank},\"phase\":\"greedy\",\"J\":0.5}"
  done
  printf '{"schema":"hyperlist.list/1","set":"%s","objective":{},"train_tasks":["t"],"seed":0,"entries":[%s]}\n' "$set" "$entries" >"$file"
}
list l.json own a b c
list m.json own c d
list other.json elsewhere a b
echo '{"schema":"hyperlist.list/2"}' >newer.json
echo nonsense >nonsense.json
printf 'config,step,valid\na,0,1\n' >log.csv
printf 'adam4p_wide_grid_seed1\nadam4p_wide_grid_seed2\n' >names.txt
printf 'a\nb\n' >own.txt
echo '{"a":[{"x":1},"own"]}' >configs.json
mkdir full empty
"$PYTHON" -B - "$root" <<'E2' || bail 'scores can be made'
import sys
sys.path.insert(0, sys.argv[1] + "/tests/twin")
import numpy as np
from make_scores import write_scores
write_scores("s.h5", {"own": (np.full((2, 3), .5), np.full((2, 3), .5)), "own2": (np.full((2, 3), .5), np.full((2, 3), .5))}, tasks=["t", "u"])
E2
list in.json own own_seed0 own_seed1
list in2.json own own_seed2 own_seed9
ls -A >before

# ---- export ----
refused 2 "found 0 arguments, expected: LIST --to T -o DIR" 'export: nothing' hyperlist export --to csv -o out
refused 2 "found one argument too many, 'm.json'" 'export: two lists' hyperlist export l.json m.json --to csv -o out
refused 2 "--to T is missing: opt-list, json, csv or python" 'export: no target' hyperlist export l.json -o out
refused 2 "--to: found 'yaml', expected opt-list, json, csv or python" 'export: an unknown target' hyperlist export l.json --to yaml -o out
refused 2 "--to: found ''" 'export: an empty target' hyperlist export l.json --to '' -o out
refused 2 "-o is needed" 'export: no folder' hyperlist export l.json --to csv
refused 2 "-k: found '0', expected a whole number from 1" 'export: -k 0' hyperlist export l.json --to csv -o out -k 0
refused 2 "-k: found '-1'" 'export: -k -1' hyperlist export l.json --to csv -o out -k -1
refused 2 "-k: found '1.5'" 'export: -k 1.5' hyperlist export l.json --to csv -o out -k 1.5
refused 2 "name: found 'a/b', expected the beginning of a file's name" 'export: a name with a slash' hyperlist export l.json --to csv -o out --name a/b
refused 2 "name: found ''" 'export: an empty name' hyperlist export l.json --to csv -o out --name ''
refused 2 "--tasks: unknown option" 'export: an option of others' hyperlist export l.json --to csv -o out --tasks all
refused 3 "absent.json: cannot open: No such file" 'export: no such list' hyperlist export absent.json --to csv -o out
refused 4 "nonsense.json: line 1, column 1" 'export: no list' hyperlist export nonsense.json --to csv -o out
refused 4 "newer.json: schema: found hyperlist.list/2, expected hyperlist.list/1: another version" 'export: a newer list' hyperlist export newer.json --to csv -o out
refused 4 "s.h5: " 'export: scores' hyperlist export s.h5 --to csv -o out
refused 3 "log.csv/.*: Not a directory|log.csv: " 'export: a file for a folder' hyperlist export l.json --to csv -o log.csv
refused 3 "no/out: cannot make folder: No such file" 'export: below no folder' hyperlist export l.json --to csv -o no/out

# ---- import ----
refused 2 "--names FILE is missing" 'import: no names' hyperlist import -o i.json
refused 2 "--names FILE is missing" 'import: configs alone' hyperlist import --configs configs.json -o i.json
refused 2 "-o is needed" 'import: no output' hyperlist import --names names.txt
refused 2 "found argument 'names.txt', expected options only" 'import: names as an argument' hyperlist import names.txt -o i.json
refused 2 "own.txt: line 1: found 'a', which is no released config; its set must be named by --set" 'import: own names without a set' hyperlist import --names own.txt -o i.json
printf 'adam4p_wide_grid_seed1\nnadamw_grid_seed2\n' >mixed.txt
refused 2 "mixed.txt: line 2: found 'nadamw_grid_seed2' among configs of adam4p_wide_grid" 'import: names of two sets' hyperlist import --names mixed.txt -o i.json
refused 4 "mixed.txt: line 2: found 'nadamw_grid_seed2', expected adam4p_wide_grid_seed<N>" 'import: a name of another set' hyperlist import --names mixed.txt --set adam4p_wide_grid_1k -o i.json
refused 2 "--set: found an empty name" 'import: an empty set' hyperlist import --names own.txt --set '' -o i.json
refused 3 "absent.txt: cannot open" 'import: no such names' hyperlist import --names absent.txt -o i.json
refused 3 "absent.json: cannot open" 'import: no such configs' hyperlist import --names own.txt --set own --configs absent.json -o i.json
refused 4 "own.txt: line 2: found 'b', expected one that configs.json has" 'import: a name without its config' hyperlist import --names own.txt --set own --configs configs.json -o i.json
refused 4 "nonsense.json: line 1, column 1" 'import: configs that are none' hyperlist import --names own.txt --set own --configs nonsense.json -o i.json
printf '\n \n' >blank.txt
refused 4 "blank.txt: found no names" 'import: an empty file' hyperlist import --names blank.txt --set own -o i.json
printf 'a\nb\n\na\n' >twice.txt
refused 4 "twice.txt: lines 1 and 4: found a twice" 'import: a name twice' hyperlist import --names twice.txt --set own -o i.json
printf 'a\n\377\n' >bytes.txt
refused 4 "bytes.txt: found bytes that are no UTF-8 text" 'import: no text' hyperlist import --names bytes.txt --set own -o i.json
refused 4 "s.h5: found bytes" 'import: scores' hyperlist import --names s.h5 --set own -o i.json
refused 3 "no/i.json: cannot write" 'import: below no folder' hyperlist import --names own.txt --set own -o no/i.json

# ---- evaluate several ----
refused 2 "found 1 argument, expected: LIST... SCORES" 'evaluate: scores alone' hyperlist evaluate s.h5
refused 2 "found list in.json twice" 'evaluate: a list twice' hyperlist evaluate in.json in.json s.h5
refused 4 "list 2: s.h5: set own: found no config own_seed9 .rank 2 of the list" 'evaluate: an unknown config of the second list' hyperlist evaluate in.json in2.json s.h5
refused 2 "list 2: .*elsewhere" 'evaluate: a set that the scores lack' hyperlist evaluate in.json other.json s.h5
refused 4 "list 2: .*none of the list's 3 configs" 'evaluate: nothing that the scores know' hyperlist evaluate in.json l.json s.h5 --skip-unknown
refused 4 "newer.json: schema" 'evaluate: a newer list among others' hyperlist evaluate in.json newer.json s.h5
refused 2 "absent" 'evaluate: tasks that are not there' hyperlist evaluate in.json in2.json s.h5 --tasks absent --skip-unknown
refused 2 "--missing: found 'none'" 'evaluate: an unknown policy' hyperlist evaluate in.json in2.json s.h5 --missing none

# ---- track ----
refused 2 "found 1 argument, expected: LIST LOG" 'track: no log' hyperlist track l.json
refused 2 "found one argument too many, 'x'" 'track: four arguments' hyperlist track l.json log.csv s.h5 x
refused 2 "--aggregate: found 'max', expected min, last or mean" 'track: an unknown aggregate' hyperlist track l.json log.csv --aggregate max
refused 2 "--format: found no -o DIR" 'track: pictures without a folder' hyperlist track l.json log.csv --format svg
refused 2 "--format: found 'gif', expected svg, png, pdf or dumb" 'track: an unknown format' hyperlist track l.json log.csv -o out --format gif
refused 2 "--columns: found 'loss=x', expected ROLE=NAME" 'track: an unknown role' hyperlist track l.json log.csv --columns loss=x
refused 2 "--columns: found 'valid', expected ROLE=NAME" 'track: a role without a name' hyperlist track l.json log.csv --columns valid
refused 2 "--columns: found step twice" 'track: a role twice' hyperlist track l.json log.csv --columns step=a,step=b
refused 2 "-k: found 'x'" 'track: -k x' hyperlist track l.json log.csv -k x
refused 4 "log.csv: line 1: found no column 'epoch', expected one" 'track: a column that is not there' hyperlist track l.json log.csv --columns step=epoch
refused 4 "log.csv: line 1: found no column 'loss', expected one" 'track: a test column that is not there' hyperlist track l.json log.csv --columns test=loss
refused 3 "absent.csv: cannot open" 'track: no such log' hyperlist track l.json absent.csv
log() { # log FILE LINE...
  printf '%s\n' "${@:2}" >"$1"
}
log bad.csv step,valid 0,1
refused 4 "bad.csv: line 1: found neither a column 'config' nor 'rank'" 'track: nothing says which config' hyperlist track l.json bad.csv
log bad.csv config,step a,0
refused 4 "bad.csv: line 1: found no column 'valid'" 'track: no losses' hyperlist track l.json bad.csv
log bad.csv config,step,step,valid a,0,0,1
refused 4 "bad.csv: line 1: found column 'step' twice" 'track: a column twice' hyperlist track l.json bad.csv
log bad.csv config,step,valid a,0,1 a,1
refused 4 "bad.csv: line 3: found 2 cells, expected 3" 'track: a short row' hyperlist track l.json bad.csv
log bad.csv config,step,valid a,0,1 a,x,1
refused 4 "bad.csv: line 3: step: found 'x', expected a number" 'track: a step that is no number' hyperlist track l.json bad.csv
log bad.csv config,step,valid a,inf,1
refused 4 "bad.csv: line 2: step: found 'inf'" 'track: a step without end' hyperlist track l.json bad.csv
log bad.csv config,step,valid a,0,low
refused 4 "bad.csv: line 2: valid: found 'low', expected a number, nan, inf or nothing" 'track: a loss that is no number' hyperlist track l.json bad.csv
log bad.csv config,step,valid a,0,1 a,1,2 a,0,1.5
refused 4 "bad.csv: lines 2 and 4: found two rows of a at step 0 that differ" 'track: rows that contradict each other' hyperlist track l.json bad.csv
log bad.csv config,rank,step,valid a,2,0,1
refused 4 "bad.csv: line 2: found config 'a' with rank 2, which the list does not have there" 'track: a name at the wrong rank' hyperlist track l.json bad.csv
log bad.csv rank,step,valid first,0,1
refused 4 "bad.csv: line 2: rank: found 'first', expected a whole number" 'track: a rank in words' hyperlist track l.json bad.csv
log bad.csv config,step,valid ,0,1
refused 4 "bad.csv: line 2: found no config" 'track: an empty name' hyperlist track l.json bad.csv
log bad.csv config,step,valid stranger,0,1
refused 4 "bad.csv: line 2: stranger: found no config of the list" 'track: strangers alone' hyperlist track l.json bad.csv
log bad.csv config,step,valid 'a"b,0,1'
refused 4 "bad.csv: line 2: found a quote in the middle of a field" 'track: a stray quote' hyperlist track l.json bad.csv
: >bad.csv
refused 4 "bad.csv: found no header row" 'track: an empty log' hyperlist track l.json bad.csv
refused 2 "elsewhere" 'track: scores without the set' hyperlist track other.json log.csv s.h5

# ---- report ----
refused 2 "found 0 arguments, expected: DIR" 'report: nothing' hyperlist report -o p.html
refused 2 "-o is needed" 'report: no output' hyperlist report full
refused 2 "-k: found '0'" 'report: -k 0' hyperlist report full -o p.html -k 0
refused 2 "l.json: found it twice among the sources" 'report: a file twice' hyperlist report l.json l.json -o p.html
refused 3 "absent: cannot open: No such file" 'report: no such folder' hyperlist report absent -o p.html
refused 3 "full: found a folder, expected a regular file" 'report: a folder for a file' hyperlist report l.json -o full
refused 4 "empty: found nothing to report on" 'report: an empty folder' hyperlist report empty -o p.html
refused 4 "names.txt: found no name that ends with" 'report: a file that is none of ours' hyperlist report l.json names.txt -o p.html
refused 4 "nonsense.json: line 1" 'report: a list that is none' hyperlist report nonsense.json -o p.html

rm -f mixed.txt blank.txt twice.txt bytes.txt bad.csv
rm before .stdout .stderr
is 'nothing is left of all this' "$(find . -newer s.h5 -name 'out*' -o -name 'i.json' -o -name 'p.html' -o -name '.*tmp*' -o -name '.hyperlist*')" ''
done_testing
