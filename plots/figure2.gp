# Figure 2: score of the best config so far on held-out tasks, against trials.

table = 'figure2.tsv'
series = 'learned random:adam1p_wide_grid_1k random:adam4p_wide_grid_1k random:adam6p_wide_grid_1k random:adam8p_wide_grid_1k '. \
  'random:nadamw_grid_1k random:* refined-minmax refined-q90'
set output 'figure2.'.extension
set ylabel 'Mean normalized test loss'
load 'curves.gp'
