# Figure A.1: the tasks in two dimensions, by t-SNE and by principal components, coloured by kind.

table = 'figureA1.tsv'
kinds = 'rnn autoencoder vae conv mlp flow quadratic synthetic other'
label = "'RNN' 'Autoencoder' 'VAE' 'Conv' 'MLP' 'Flow' 'Quadratic' 'Synthetic' 'Other'"
array kind_color[9] = [0x0072b2, 0xd55e00, 0xcc79a7, 0x009e73, 0xe69f00, 0x56b4e9, 0x000000, 0xb09b00, 0x888888]
array kind_point[9] = [7, 5, 9, 11, 13, 7, 5, 9, 11]
is_kind(k, found) = k eq found || (k eq 'other' && strstrt(' '.kinds.' ', ' '.found.' ') == 0)

present = ''
do for [i = 1:9] {
  undefine STATS_*
  stats table using (is_kind(word(kinds, i), strcol('kind')) ? 1 : NaN) nooutput
  if (exists("STATS_records")) { present = present.' '.i }
}

set output 'figureA1.'.extension
unset logscale x
unset grid
at(i, c) = is_kind(word(kinds, i + 0), strcol('kind')) ? column(c) : NaN
if (is_text) {
  set xtics auto
  set key outside right vertical maxcols 1
  plot for [i in present] table using (at(i, 'tsne1')):(at(i, 'tsne2')) with points title word(label, i + 0)
} else {
  eval terminal(6.0)
  # one scale for both axes of a panel: distances are what counts
  unset tics
  set border 15 back linewidth 0.6 linecolor rgb 0x888888
  # the key, three in a row
  do for [j = 1:words(present)] {
    i = word(present, j) + 0
    set label j word(label, i) at screen 0.10 + 0.31 * ((j - 1) % 3), screen 0.95 - 0.065 * ((j - 1) / 3) left offset 1.2, 0 \
      point pointtype kind_point[i] pointsize dot(0.7) linecolor rgb kind_color[i]
  }
  set multiplot
  unset key
  set tmargin at screen 0.76
  set bmargin at screen 0.10
  do for [panel = 1:2] {
    across = panel == 1 ? 'tsne1' : 'pca1'
    upward = panel == 1 ? 'tsne2' : 'pca2'
    stats table using across name 'X' nooutput
    stats table using upward name 'Y' nooutput
    reach = 0.55 * (X_max - X_min > Y_max - Y_min ? X_max - X_min : Y_max - Y_min)
    if (reach == 0) { reach = 1 }
    set xrange [(X_min + X_max) / 2 - reach:(X_min + X_max) / 2 + reach]
    set yrange [(Y_min + Y_max) / 2 - reach:(Y_min + Y_max) / 2 + reach]
    set lmargin at screen panel == 1 ? 0.02 : 0.51
    set rmargin at screen panel == 1 ? 0.49 : 0.98
    set xlabel (panel == 1 ? 't-SNE' : 'Principal components') offset 0, 0.5
    plot for [i in present] table using (at(i, across)):(at(i, upward)) with points linecolor rgb kind_color[i + 0] \
      pointtype kind_point[i + 0] pointsize dot(0.5) notitle
    unset label
  }
  unset multiplot
}
