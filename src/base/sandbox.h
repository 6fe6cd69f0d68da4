/* What a process that reads foreign bytes, or draws, gives up before it begins: new privileges,
 * system calls that reading does not need (libseccomp), every file but the named ones (Landlock).
 * Each means is used where the system and the build have it; nd_sandbox_means tells which. */
#ifndef ND_BASE_SANDBOX_H
#define ND_BASE_SANDBOX_H

#include "base/child.h"

typedef struct nd_sandbox {
    const char *const *reads;  /* files and folders to be read, ended by NULL; those that are not
                                  there are passed over. NULL: none. "/" is everything */
    const char *const *writes; /* folders within which files may be made, written and removed */
    const char *const *runs;   /* programs that may be started; NULL: none, and no process either */
    const char *scratch;       /* a folder within which files may be made and removed, but which may
                                  not be listed: for tmpfile(); NULL: none */
} nd_sandbox;

/* Confines the calling process, for ever. System libraries, their plugins (HDF5_PLUGIN_PATH) and
 * /dev/null stay readable. Calls nothing but system calls where `runs` is given: it may stand
 * between a fork of threads and an exec. */
void nd_sandbox_enter(const nd_sandbox *sandbox);

/* What nd_sandbox_enter has to offer here; or, for the process that entered, what took effect. */
typedef struct nd_sandbox_means {
    bool no_new_privileges;
    bool system_calls; /* built with libseccomp, and the kernel takes filters */
    int files;         /* the version of Landlock; 0: none */
    bool widened;      /* for a sanitizer, which reads /proc and calls more */
} nd_sandbox_means;
nd_sandbox_means nd_sandbox_means_here(void);
nd_sandbox_means nd_sandbox_entered(void);

/* What a hostile reader would do, tried by a child confined as readers are. */
enum { ND_SANDBOX_ATTEMPTS = 14 };
enum { ND_BY_FILES = 1, ND_BY_CALLS = 2, ND_BY_LIMITS = 4 };
typedef struct nd_sandbox_attempt {
    const char *what; /* "remove a file" */
    unsigned by;      /* the means any of which refuses it */
    bool refused;
} nd_sandbox_attempt;

/* Is one of the attempt's means there, so that it must be refused? */
bool nd_sandbox_must_refuse(const nd_sandbox_attempt *attempt, const nd_sandbox_means *means);

/* Tries all of them within `folder`, an empty one of the caller's, of which a file is given to the
 * child to read; `means` are those that took effect in it. False if no child could be had. */
bool nd_sandbox_try(const char *folder, nd_sandbox_attempt attempts[ND_SANDBOX_ATTEMPTS],
                    nd_sandbox_means *means, nd_error *error);

extern const nd_trade nd_trade_attempts;

#endif
