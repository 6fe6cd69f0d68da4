/* Starting a program that inherits nothing. */
#ifndef ND_BASE_SPAWN_H
#define ND_BASE_SPAWN_H

#include <sys/types.h>

#include "nulldrift/base.h"

enum { ND_SPAWN_GIVEN = 3 }; /* where the started program finds the file it is given */

/* Starts `program`, a path, with these arguments and variables alone: `given` is its file
 * ND_SPAWN_GIVEN, the standard ones lead nowhere (stderr where it leads here, if it `speaks`), no
 * other file is open in it, no signal is caught, and none blocked but SIGINT, which a terminal
 * sends to all and this process answers. The process, to be waited for; -1 with errno when it
 * cannot be started. Other threads may work meanwhile. */
pid_t nd_spawn(const char *program, char *const arguments[], char *const variables[], int given,
               bool speaks);

#endif
