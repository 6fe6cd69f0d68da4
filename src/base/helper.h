/* The reader, as who asks it sees it: a program that is started when something foreign is first to
 * be read, and serves this process, all its threads, until it ends (base/serve.h). It inherits
 * nothing: neither memory nor open files nor locks, and of the variables only those that libraries
 * are found by. */
#ifndef ND_BASE_HELPER_H
#define ND_BASE_HELPER_H

#include "base/memory.h"

/* The reader that is started from now on: for programs that are their own, whose main asks
 * nd_asked_to_serve first; nulldrift-reader is, where it lies beside the program or where it was
 * installed with it, and nobody else may write to it. Otherwise it is nulldrift-reader: beside the
 * file that this function is part of or in the folder nulldrift-VERSION there; or, where that file
 * is a program that holds the static library, in the folder the library was installed for. Nothing
 * else is looked through. */
void nd_helper_is_this_program(void);

/* The path of the reader that would be started; NULL with `error` saying where it was looked for.
 * free() it. */
char *nd_helper_path(nd_error *error);

/* Begins an errand: its number, 0 with `error` filled if that cannot be. `request` is handed over,
 * and `pipe`, which stays open here. A reader that is not of this version is refused. */
uint64_t nd_helper_begin(const nd_buffer *request, int pipe, nd_error *error);

/* Ends an errand, if it has not ended; once for each that was begun. *status is as waitpid gives
 * it; false where the reader itself is gone. */
bool nd_helper_end(uint64_t errand, int *status);

#endif
