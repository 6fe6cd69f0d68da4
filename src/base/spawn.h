/* Finding a program, and starting one that inherits nothing. */
#ifndef ND_BASE_SPAWN_H
#define ND_BASE_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

#include "nulldrift/base.h"

/* The program of this name in the folders of PATH: the first that may be started. False, with
 * errno, when there is none. `path` may be NULL. */
bool nd_program_find(const char *name, char *path, size_t size);

enum { ND_SPAWN_GIVEN = 3 }; /* where the started program finds the file it is given */

/* What becomes of what it says. */
typedef enum nd_spawn_says {
    ND_SPAWN_NOTHING, /* stdout and stderr lead nowhere */
    ND_SPAWN_ERRORS,  /* stderr leads where it leads here */
    ND_SPAWN_ANSWERS, /* stdout is the file it is given */
} nd_spawn_says;

/* Starts `program`, a path, with these arguments and variables alone: `given` is its file
 * ND_SPAWN_GIVEN, the standard ones lead where `says` tells (stdin nowhere), no other file is open
 * in it, no signal is caught, and none blocked but SIGINT, which a terminal sends to all and this
 * process answers. The process, to be waited for; -1 with errno when it cannot be started. Other
 * threads may work meanwhile. */
pid_t nd_spawn(const char *program, char *const arguments[], char *const variables[], int given,
               nd_spawn_says says);

#endif
