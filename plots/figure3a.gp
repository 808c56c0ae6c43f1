# Figure 3a: score of lists learned from 1, 2, 5, .. tasks on the others, against trials. Dashed lines: where Figure 3b cuts.

table = 'figure3a.tsv'
sizes = '1 2 5 10 20 50 100 200 500 1000 2000 5000 10000 20000 50000'
present = ''
last = 1
do for [n in sizes] {
  undefine STATS_*
  stats table using (strcol('series') eq 'learned:'.n ? column('trials') : NaN) nooutput
  if (exists("STATS_records")) { present = present.' '.n; last = STATS_max > last ? STATS_max : last }
}

set output 'figure3a.'.extension
set xlabel 'Trials'
set ylabel 'Mean normalized test loss'
set xrange [0.95:last > 1 ? last : 2]
set yrange [0:*]
trials(n) = strcol('series') eq 'learned:'.n ? column('trials') : NaN
if (is_text) {
  plot for [n in present] table using (trials(n)):'median' with lines title n.(n eq '1' ? ' train task' : ' train tasks')
} else {
  # few train tasks light, many dark
  shade(i) = words(present) > 1 ? 0.85 * (words(present) - i) / (words(present) - 1) : 0
  set cbrange [0:1]
  unset colorbox
  set key outside top center horizontal Left reverse samplen 1.2 maxcols 8 title 'Train tasks'
  cuts = '1 2 5 10 20 50 100'
  do for [i = 1:7] {
    if (word(cuts, i) <= last) {
      set arrow i from first word(cuts, i), graph 0 to first word(cuts, i), graph 1 nohead back linecolor rgb trials_color[i] dashtype 2 linewidth 0.7
    }
  }
  plot for [i = 1:words(present)] table using (trials(word(present, i))):'q25':'q75' with filledcurves fillcolor palette frac shade(i) \
      fillstyle transparent solid 0.12 noborder notitle, \
    for [i = 1:words(present)] table using (trials(word(present, i))):'median' with lines linecolor palette frac shade(i) linewidth 1.3 notitle, \
    for [i = 1:(last == 1 ? words(present) : 0)] table using (trials(word(present, i))):'median' with points linecolor palette frac shade(i) \
      pointtype 7 pointsize dot(0.6) notitle, \
    for [i = 1:words(present)] keyentry with lines linecolor palette frac shade(i) linewidth 1.6 title word(present, i)
}
