/* The reader's own side: a program that nulldrift starts to read foreign bytes (base/helper.h). It
 * reads none itself: every errand is done in a process of its own, forked from this small one that
 * never held anything of its host's, confined (base/sandbox.h) and limited. */
#ifndef ND_BASE_SERVE_H
#define ND_BASE_SERVE_H

#include "base/child.h"

/* What the first argument of a program is that is to serve. */
#define ND_SERVE_ARGUMENT "--read-for-nulldrift"

/* Was the program started to serve? */
bool nd_asked_to_serve(int argc, char *const *argv);

/* Serves whoever started the program, through its file ND_SPAWN_GIVEN, in the trades listed (ended
 * by NULL), until that ends; then so does the process. */
void nd_serve(const nd_trade *const *trades) __attribute__((noreturn));

#endif
