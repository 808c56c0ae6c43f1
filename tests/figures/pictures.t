#!/usr/bin/env bash
# Every figure in every format is a whole picture of one column; a new figure is one file and one row.
. "$(dirname "$0")/../lib.sh"
needs gnuplot pdffonts

pictures=(figure1a figure1b figure1c figure2 figure3a figure3b figure3c figure3d figureA1 figureB5)

ok 'an archive'      hyperlist ingest -q -o "$tmp/a.h5" fixtures/release
ok 'its scores'      hyperlist normalize -q "$tmp/a.h5" -o "$tmp/s.h5"
ok 'all figures, all formats' hyperlist reproduce -q "$tmp/s.h5" -o "$tmp/f" --resamples 3 --format svg,png,pdf,dumb
is 'nothing is said on stderr' "$(cat "$tmp/.stderr")" ''
count() { echo $#; }
is 'tables and pictures' "$(count "$tmp"/f/*.tsv) $(count "$tmp"/f/*.{svg,png,pdf,txt})" '16 40'
absent 'the space has no picture' "$tmp/f/space.svg"

for name in "${pictures[@]}"; do
  svg=$tmp/f/$name.svg
  ok "$name.svg is XML" "$PYTHON" -c 'import sys, xml.sax; xml.sax.parse(sys.argv[1], xml.sax.ContentHandler())' "$svg"
  like "$name.svg is one column wide" "$(head -c 400 "$svg")" 'width="318"'
  is "$name.svg has no number that is none" "$(grep -ciE '[^a-z](nan|inf)[^a-z]' "$svg")" 0
  like "$name.svg is set in DejaVu" "$(cat "$svg")" 'font-family="DejaVu Sans"'
  is "$name.svg fetches nothing" "$(grep -oE '(href|src)="[^#d][^"]*"' "$svg" | head -n 1)" ''
  is "$name.png is 992 dots wide" "$(head -c 20 "$tmp/f/$name.png" | od -A n -t x1 | tr -d ' \n')" 89504e470d0a1a0a0000000d49484452000003e0
  is "$name.pdf has its fonts in it" "$(pdffonts "$tmp/f/$name.pdf" | awk 'NR > 2 { n++; if ($(NF - 4) != "yes") bad++ } END { print (n > 0), bad + 0 }')" '1 0'
  ok "$name.txt shows something" [ "$(wc -c <"$tmp/f/$name.txt")" -gt 500 ]
done

# A picture in text tells that each series that the table has is drawn.
for s in 'Learned list' 'Random, Adam1p' 'Random, Adam4p' 'Random, Adam8p' 'Refined, min/max' 'Refined, 90 %'; do
  like "figure2 shows: $s" "$(cat "$tmp/f/figure2.txt")" "$s"
done
for n in '1 train task' '2 train tasks' '5 train tasks' '10 train tasks' '20 train tasks' '50 train tasks'; do
  like "figure3a shows: $n" "$(cat "$tmp/f/figure3a.txt")" "[^0-9]$n "
done
for n in '1 trial' '2 trials' '5 trials' '10 trials' '20 trials' '50 trials' '100 trials'; do
  like "figure3b shows: $n" "$(cat "$tmp/f/figure3b.txt")" "[^0-9]$n "
done
for kind in RNN Autoencoder VAE Conv MLP Flow Quadratic Synthetic; do
  like "figureA1 shows: $kind" "$(cat "$tmp/f/figureA1.txt")" "$kind "
done
like 'figure3c has the best case' "$(cat "$tmp/f/figure3c.txt")" 'Best case'

# Few trials and few resamplings: no empty axes, no complaints.
ok 'one trial, one resampling' hyperlist reproduce -q "$tmp/s.h5" -o "$tmp/one" --resamples 1 --trials 1 --format svg,dumb
is 'its captions speak of 1 trial' "$(grep -h '^# caption' "$tmp/one/figure2.tsv" | grep -c 'After 1 trial the')" 1

# A new figure: one file, one row, one script.
read -r cc flags <"$(dirname "$HYPERLIST")/flags" || true
objects=$(dirname "$HYPERLIST")
if [ ! -r "$objects/libhyperlist.a" ] || [ ! -d "$objects/src/cli" ]; then
  skip 'a new figure' 'the program stands alone, without the objects it was built from'
else
  mkdir -p "$tmp/new" "$tmp/share"
  cp -r plots "$tmp/share/"
  cat >"$tmp/new/figureX.c" <<'C'
/* How many tasks there are of each kind. */
#include "analysis/parts.h"

FIGURE(figureX);

hl_status figureX_check(struct hl_scores *scores, const struct figure_options *options) {
  return figure_check_learner(scores, options, "figureX", 1);
}

hl_status figureX_make(struct hl_scores *scores, const struct figure_options *options,
                       const struct hl_context *context, struct figure_tables *tables) {
  static const struct hl_column columns[] = {{"kind", HL_CELL_TEXT}, {"count", HL_CELL_INTEGER}};
  struct hl_table *table = NULL;
  hl_status status = hl_table_new(columns, 2, &table);
  (void)options, (void)context;
  const struct hl_cell row[] = {{.text = "rnn"}, {.integer = (int64_t)figure_count_tasks(scores, "rnn")}};
  if (status == HL_OK) status = hl_table_add(table, row);
  status = figure_tables_add(tables, "", table, status);
  return status == HL_OK ? figure_caption(table, "A new figure.") : status;
}
C
  cat >"$tmp/share/plots/figureX.gp" <<'G'
set output 'figureX.'.extension
unset logscale x
plot 'figureX.tsv' using 0:'count' with points
G
  sed 's|^  ROW(figure2,|  ROW(figureX, "Kinds", PICTURE, ALONE) \\\n&|' analysis/figures.c >"$tmp/new/figures.c"
  is 'one row is all that changes' "$(diff analysis/figures.c "$tmp/new/figures.c" | grep -c '^[<>]')" 1
  parts=()
  for part in src/cli/*.c; do parts+=("$objects/${part%.c}.o"); done
  for part in "$objects"/analysis/*.o; do [ "${part##*/}" = figures.o ] || parts+=("$part"); done
  # shellcheck disable=SC2086 # flags are words
  ok 'a program with a figure more' $cc "$tmp/new/figureX.c" "$tmp/new/figures.c" "${parts[@]}" "$objects/libhyperlist.a" $flags -o "$tmp/hyperlist"
  ok 'it draws it' env HYPERLIST_SHARE="$tmp/share" "$tmp/hyperlist" reproduce -q "$tmp/s.h5" -o "$tmp/x" figureX
  like 'with its number' "$(tail -n 1 "$tmp/x/figureX.tsv")" '^rnn	17$'
  ok 'and its picture' [ -s "$tmp/x/figureX.svg" ]
fi
done_testing
