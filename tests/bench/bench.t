#!/usr/bin/env bash
# The benchmarks' machinery on tiny inputs: rows and bench.tsv, a time refused where numbers differ, peers left out. No time is judged.
# long: yes
. "$(dirname "$0")/../lib.sh"
tools=${HYPERLIST%/*}/bench
[ -x "$tools/took" ] || bail "$tools/took is not there: make tests"

# shellcheck disable=SC2317 # called by ok
bench() { tests/bench/run --small --rounds 1 --bin "$tools" --dir "$tmp/bench" "$@"; }

ok 'a row runs, with ours and the peers' bench --without numba learn normalize
like 'the table tells a ratio and its goal' "$(<"$tmp/.stdout")" 'numpy +[0-9.]+ m?s .*[0-9.]+x .* 10x '
head='job	who	title	rounds	median	low	high	unit	cpu	mb	ratio	ratio_low	ratio_high	goal	met'
is 'bench.tsv has its columns' "$(head -1 "$tmp/bench/bench.tsv")" "$head"
is 'and a line each' "$(cut -f1,2 "$tmp/bench/bench.tsv" | tail -n +2 | tr '\t\n' ':;')" \
  'learn:hyperlist;learn:numpy;learn:numpy, lazy;normalize:hyperlist;normalize:h5py, 1 process;normalize:h5py, 2 processes;'
ok 'another row' bench --without numba selection
like 'says who is left out' "$(<"$tmp/.stdout")" 'left out, as it is not installed \(make deps GROUP=bench\): selection: numba, lazy \(numba\)'
is 'and leaves the lines of others' "$(grep -c ^learn "$tmp/bench/bench.tsv")" 3
ok 'without any of the Python peers' bench --without numpy,numba,pandas,h5py learn ingest-tree
is 'only ours are told' "$(grep -E '^(learn|ingest-tree)	' "$tmp/bench/bench.tsv" | cut -f1,2 | tr '\t\n' ':;')" \
  'learn:hyperlist;ingest-tree:hyperlist;'

# A program whose numbers are not what they should be.
cat >"$tmp/wrong" <<END
#!/bin/sh
command=\$1
case \$command in
  learn) exec '$HYPERLIST' "\$@" --tasks '!mlp_family_seed000003' ;;
  normalize) exec '$HYPERLIST' "\$@" --aggregate last ;;
  generalize) exec '$HYPERLIST' "\$@" --seed 1 ;;
  reproduce) exec '$HYPERLIST' "\$@" --seed 1 ;;
  ingest) # -q -o OUT INPUT: as it is, and a tenth of nothing behind it
    '$HYPERLIST' "\$@" && head -c \$((\$(wc -c <"\$4") / 10)) /dev/zero >>"\$4"
    exit ;;
esac
exec '$HYPERLIST' "\$@"
END
chmod +x "$tmp/wrong"
HYPERLIST=$tmp/wrong exits 1 'wrong numbers are no time' bench --without numba learn normalize generalize sizes ingest-stored
like 'refused: picks' "$(<"$tmp/.stdout")" 'REFUSED: learn: the numbers differ: (number of picks|pick [0-9]+|J of pick [0-9]+): ours [0-9.]+, the peer'
like 'refused: scores' "$(<"$tmp/.stdout")" 'REFUSED: normalize: the numbers differ: [a-z0-9_]+/valid at'
like 'refused: series' "$(<"$tmp/.stdout")" 'REFUSED: generalize: the numbers differ: series [a-z0-9:_-]+, trial [0-9]+: ours'
like 'refused: sizes' "$(<"$tmp/.stdout")" 'REFUSED: sizes: the numbers differ: series'
like 'refused: size' "$(<"$tmp/.stdout")" 'REFUSED: ingest-stored: the numbers differ: size: ours [0-9]+ bytes'
is 'and their lines are gone' "$(grep -cE '^(normalize|generalize|sizes|ingest-stored)	' "$tmp/bench/bench.tsv")" 0
exits 1 'an unknown row' bench nosuch
like 'is told' "$(<"$tmp/.stderr")" "^row: found 'nosuch', expected one of: learn "
ok 'limits of the machine' bench limits
is 'are eight' "$(grep -c '	machine	' "$tmp/bench/bench.tsv")" 8

# Two runs, and the README.
# shellcheck disable=SC2317 # called by ok
agree() { "$PYTHON" -B tests/bench/agree.py "$@"; }
ok 'a row of which there are ratios' bench --without numba learn
ok 'a run agrees with itself' agree "$tmp/bench/bench.tsv" "$tmp/bench/bench.tsv"
exits 1 'a run that was twice as fast does not' agree "$tmp/bench/bench.tsv" <(awk -F'\t' -v OFS='\t' 'NR > 1 && $11 != "NA" \
  { for (i = 11; i <= 13; i++) $i *= 2 } { print }' "$tmp/bench/bench.tsv")
like 'and is told' "$(<"$tmp/.stdout")" '^learn, numpy'
ok "the README's table has the jobs there are, each with its peers" "$PYTHON" -B tests/bench/readme.py --check
ok 'growth runs' tests/bench/growth --small --rounds 1 --bin "$tools" --dir "$tmp/bench" worst
is 'and tells evaluations' "$(awk -F'\t' '$8 ~ /^[0-9]+$/ && $9 ~ /^-?[0-9.]+(e-[0-9]+)?$/' "$tmp/bench/growth.tsv" | wc -l)" 18
ok 'in a picture too' grep -q 'ties everywhere' "$tmp/bench/growth.svg"

done_testing
