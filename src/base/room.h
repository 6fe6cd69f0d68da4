/* Is there room in the address space at all? For libraries that crash, or wait for ever, where
 * there is none. */
#ifndef ND_BASE_ROOM_H
#define ND_BASE_ROOM_H

#include <stddef.h>

#include "nulldrift/base.h"

/* True where `bytes` could be had just now; else false, "out of memory", as `whose`'s want. */
bool nd_room_for(size_t bytes, const char *whose, nd_error *error);

#endif
