/* What systems do each in their own way, behind one face. On Linux by its own calls, elsewhere by
 * what POSIX has; a test compiles and runs both. */
#ifndef ND_BASE_PLATFORM_H
#define ND_BASE_PLATFORM_H

#include <pthread.h>
#include <time.h>

#include "nulldrift/base.h"

/* A pipe whose ends no program started later inherits; false, with errno, when there is none. */
bool nd_pipe(int ends[2]);

/* Renames `from` to `to`, which must not be there, not even as a dangling link: false with errno
 * EEXIST then. Where the system cannot do that in one step, a regular file is linked, then
 * unlinked; anything else is looked for first. */
bool nd_rename_new(const char *from, const char *to);

/* Gives the file `to` the access list and the user's own attributes of the file `from`, and no
 * other list (one of its folder's, say); false with errno. Nothing where the system has none. */
bool nd_hand_on_attributes(const char *from, const char *to);

/* Whether the file may not be changed at all, or only grow (chattr +i, +a), by anyone; links are
 * not followed. False where that is not told. */
bool nd_is_fixed(const char *path);

/* A condition whose timed waits go by a clock that nobody sets, where the system has one. */
#if defined(__APPLE__)
#define ND_CONDITION_CLOCK CLOCK_REALTIME
#else
#define ND_CONDITION_CLOCK CLOCK_MONOTONIC
#endif
void nd_condition_init(pthread_cond_t *condition);

/* Closes every open file of the process but the standard ones and `keep`. */
void nd_close_all_but(int keep);

/* Asks that the calling process be killed when the thread that forked it ends. Elsewhere than on
 * Linux nothing asks: such a process ends when its pipe breaks. */
void nd_die_with_parent(void);

/* Bytes of address space the process uses; 0 where that is not told. */
uint64_t nd_address_space(void);

/* Bytes of memory that are free now; where that is not told, all the machine has. */
double nd_available_bytes(void);

/* The number of processors this process may use, at least 1. */
unsigned nd_processors(void);

/* 64 bits nobody else draws: from the system; where it has none to give, from clock, process and
 * place in memory. */
uint64_t nd_unique_bits(void);

/* Whose numbers this process's is one of: the machine, since when it runs, the name space. A
 * process of another place may have the same number and live. 0 where that is not told. */
uint64_t nd_process_place(void);

/* The environment, as a started program takes it. */
char **nd_environment(void);

/* A file without a name, to be written and handed to another process; -1 with errno. */
int nd_nameless_file(void);

/* The path of the program or shared library that the function at `code` is part of, links resolved,
 * to free(); NULL where that is not told. */
char *nd_object_of(const void *code);

/* The path that starts the running program once more; NULL where that is not told. */
const char *nd_own_program(void);

#endif
