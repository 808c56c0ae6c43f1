# Figure 1b: the lowest normalized loss (colour) that a share of the configs (y) reaches on each task (x).

table = 'figure1b.tsv'
set output 'figure1b.'.extension
eval terminal(6.4)
unset logscale x
set xtics auto
set xlabel 'Tasks, sorted by their median'
unset grid
unset key
if (is_text) {
  set key outside top center
  set yrange [0:1]
  set ylabel 'Loss'
  plot for [percent in '10 25 50 75 90'] table using 'rank':(int(100 * column('share') + 0.5) == percent + 0 ? column('loss') : NaN) \
    with lines title percent.' % of configs reach'
} else {
  stats table using 'rank' nooutput # the last one
  set xrange [0.5:STATS_max + 0.5]
  set yrange [0:100]
  set ylabel 'Share of configurations (%)'
  set cbrange [0:1]
  set cblabel 'Lowest normalized loss reached'
  set colorbox user origin screen 0.84, graph 0 size 0.03, graph 1 noborder
  set cbtics 0.2 scale 0.3
  set rmargin at screen 0.81
  set border 0
  set style fill solid
  set tics out
  # few tasks are drawn as rectangles, which viewers do not blur, each begun under the next; many as one image
  if (STATS_max <= 120) {
    set style fill solid noborder
    plot table using 'rank':'share':(column('rank') - 0.5):(column('rank') + 0.8):(100 * column('share') - 1):(100 * column('share') + 0.8):'loss' \
      with boxxyerror linecolor palette notitle
  } else {
    plot table using 'rank':(100 * column('share') - 0.5):'loss' with image notitle
  }
}
