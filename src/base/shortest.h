/* The shortest text that reads back equal, for the doubles of scores and hyperparameters, without printf. */
#ifndef HL_BASE_SHORTEST_H
#define HL_BASE_SHORTEST_H

#include <stdbool.h>

/* What the first of "%.15g", "%.16g" and "%.17g" that reads back equal gives, with a decimal point. False,
 * and nothing written, where that is not quick to tell: at 0, below 10^-10 or from 10^15 on. buffer has room
 * for 32. */
bool hl_format_shortest(double value, char *buffer);

#endif
