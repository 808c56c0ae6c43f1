# Figure 3c: score of the best config so far on held-out recurrent tasks, against trials.

table = 'figure3c.tsv'
series = 'learned random:adam1p_wide_grid_1k random:adam4p_wide_grid_1k random:adam6p_wide_grid_1k random:adam8p_wide_grid_1k '. \
  'random:nadamw_grid_1k random:* best-case'
set output 'figure3c.'.extension
set ylabel 'Mean normalized test loss'
load 'curves.gp'
