/* Starting a program that inherits nothing, and finding what is to be started beside what runs. */
#ifndef ND_BASE_SPAWN_H
#define ND_BASE_SPAWN_H

#include <sys/types.h>

#include "nulldrift/base.h"

enum { ND_SPAWN_GIVEN = 3 }; /* where the started program finds the file it is given */

/* Starts `program`, a path, with these arguments and variables alone: `given` is its file
 * ND_SPAWN_GIVEN, the standard ones lead nowhere (stderr where it leads here, if it `speaks`), no
 * other file is open in it, no signal is blocked or caught. The process, to be waited for; -1 with
 * errno when it cannot be started. Other threads may work meanwhile. */
pid_t nd_spawn(const char *program, char *const arguments[], char *const variables[], int given,
               bool speaks);

/* A file without a name, to be written and handed to another process; -1 with errno. */
int nd_nameless_file(void);

/* The path of the program or shared library that the function at `code` is part of, links resolved,
 * to free(); NULL where that is not told. */
char *nd_object_of(const void *code);

/* The path that starts the running program once more; NULL where that is not told. */
const char *nd_own_program(void);

#endif
