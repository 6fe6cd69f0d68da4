/* What is read apart: all errands there are. A new one is a line in trades.c. */
#ifndef ND_READER_TRADES_H
#define ND_READER_TRADES_H

#include "base/child.h"

extern const nd_trade *const nd_trades[]; /* ended by NULL */

#endif
