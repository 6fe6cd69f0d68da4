/* How the engine's cost grows with the network, printed and drawn: `nulldrift bench --growth`. */
#ifndef ND_CLI_GROWTH_H
#define ND_CLI_GROWTH_H

#include "base/place.h"

/* Measures, prints in words or as JSON, and draws into `picture` (.png, .pdf, .svg or .eps) unless
 * that is NULL. */
bool nd_growth(const nd_place *picture, bool as_json, nd_error *error);

#endif
