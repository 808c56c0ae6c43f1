# Figure 3b: Figure 3a cut at 1, 2, 5, .. trials: score on the other tasks against the number of train tasks.

table = 'figure3b.tsv'
cuts = '1 2 5 10 20 50 100'
present = ''
most = 1
do for [i = 1:7] {
  undefine STATS_*
  stats table using (strcol('series') eq 'at:'.word(cuts, i) ? column('n_train') : NaN) nooutput
  if (exists("STATS_records")) { present = present.' '.i; most = STATS_max > most ? STATS_max : most }
}

set output 'figure3b.'.extension
set xlabel 'Train tasks'
set ylabel 'Mean normalized test loss'
set xrange [0.95:1.05 * most]
set yrange [0:*]
sizes(k) = strcol('series') eq 'at:'.k ? column('n_train') : NaN
trials_label(k) = k.(k eq '1' ? ' trial' : ' trials')
if (is_text) {
  plot for [i in present] table using (sizes(word(cuts, i + 0))):'median' with linespoints title trials_label(word(cuts, i + 0))
} else {
  set key outside top center horizontal Left reverse samplen 1.2 maxcols 7 title 'Trials'
  plot for [i in present] table using (sizes(word(cuts, i + 0))):'q25':'q75' with filledcurves fillcolor rgb trials_color[i + 0] \
      fillstyle transparent solid 0.12 noborder notitle, \
    for [i in present] table using (sizes(word(cuts, i + 0))):'median' with linespoints linecolor rgb trials_color[i + 0] pointtype 7 pointsize dot(0.5) \
      linewidth 1.2 notitle, \
    for [i in present] keyentry with linespoints linecolor rgb trials_color[i + 0] pointtype 7 pointsize dot(0.5) linewidth 1.2 title word(cuts, i + 0)
}
